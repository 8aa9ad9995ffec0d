from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from pyrage import decrypt, ssh, x25519

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.secret import Form, How, Making
from shipway.vault import AgeVault

CANARY = "canary-3f9d-value"


def test_what_is_set_is_read_back_and_every_change_is_a_version(
    vault: AgeVault, staging: EnvironmentId
) -> None:
    """R064, R066."""
    assert vault.version(staging) == 0
    assert dict(vault.values(staging)) == {}
    assert vault.change(staging, who="ann", put={"A": "one", "B": "two"}) == 1
    assert vault.change(staging, who="bob", put={"A": "three"}, drop=["B"]) == 2
    assert dict(vault.values(staging)) == {"A": "three"}
    assert dict(vault.values(staging, 1)) == {"A": "one", "B": "two"}
    assert [(item.number, item.by) for item in vault.versions(staging)] == [(2, "bob"), (1, "ann")]


def test_setting_what_is_there_already_makes_no_version(
    vault: AgeVault, staging: EnvironmentId
) -> None:
    vault.change(staging, who="ann", put={"A": "one"})
    assert vault.change(staging, who="bob", put={"A": "one"}) == 1


def test_a_restored_version_is_a_new_one_with_the_old_values(
    vault: AgeVault, staging: EnvironmentId
) -> None:
    """R066."""
    vault.change(staging, who="ann", put={"A": "one"})
    vault.change(staging, who="ann", put={"A": "two", "B": "b"})
    assert vault.restore(staging, 1, who="bob") == 3
    assert dict(vault.values(staging)) == {"A": "one"}
    with pytest.raises(Problem) as caught:
        vault.restore(staging, 9, who="bob")
    assert caught.value.kind == "no-secret-version"


def test_no_value_is_on_disk_and_all_is_for_its_owner_only(
    vault: AgeVault, staging: EnvironmentId, tmp_path: Path
) -> None:
    """R061."""
    vault.change(staging, who="ann", put={"A": CANARY})
    vault.operators.share("shop", "ann", str(x25519.Identity.generate().to_public()), [])
    for path in (tmp_path / "vault").rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes()
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((tmp_path / "vault").stat().st_mode) == 0o700


def test_a_secret_shows_its_value_in_no_repr(vault: AgeVault, staging: EnvironmentId) -> None:
    """R061."""
    vault.change(staging, who="ann", put={"A": CANARY})
    shown = f"{vault.secrets(staging)!r} {vault.values(staging)!r} {vault._read(staging)!r}"
    assert CANARY not in shown
    assert "A" in shown


def test_another_vault_object_reads_what_one_wrote(
    vault: AgeVault, staging: EnvironmentId, tmp_path: Path
) -> None:
    vault.change(staging, who="ann", put={"A": "one"})
    other = AgeVault(tmp_path / "vault", vault._clock)
    assert other.values(staging)["A"] == "one"
    assert other.environments("shop") == (staging,)
    assert other.environments("nobody") == ()


@pytest.mark.parametrize("kind", ["age", "ssh"])
def test_an_operator_opens_the_file_with_a_key_of_his_own_until_he_leaves(
    vault: AgeVault, staging: EnvironmentId, tmp_path: Path, kind: str
) -> None:
    identity, public, _private = _operator(kind)
    vault.change(staging, who="ann", put={"A": CANARY})
    file = tmp_path / "vault" / "shop" / "staging.age"
    vault.operators.share("shop", "kim", public, [])
    before = json.loads(decrypt(file.read_bytes(), [identity]))
    assert before["versions"][-1]["secrets"]["A"]["value"] == CANARY
    vault.operators.unshare("shop", "kim")
    with pytest.raises(Exception, match=r"(?i)match|decrypt"):
        decrypt(file.read_bytes(), [identity])
    assert vault.values(staging)["A"] == CANARY


def test_who_left_knows_the_old_values_and_not_the_ones_set_since(
    vault: AgeVault, staging: EnvironmentId
) -> None:
    vault.change(staging, who="ann", put={"A": "one", "B": "two"})
    vault.operators.share("shop", "kim", str(x25519.Identity.generate().to_public()), [])
    gone = vault.operators.unshare("shop", "kim")
    vault.change(staging, who="ann", put={"A": "new"})
    knows = [item.name for item in vault.secrets(staging) if gone.knows("staging", item)]
    assert knows == ["B"]


def test_an_operator_of_staging_cannot_open_production(vault: AgeVault, tmp_path: Path) -> None:
    identity, public, _private = _operator("age")
    for name in ("staging", "production"):
        vault.change(EnvironmentId("shop", name), who="ann", put={"A": name})
    vault.operators.share("shop", "kim", public, ["staging"])
    folder = tmp_path / "vault" / "shop"
    assert decrypt((folder / "staging.age").read_bytes(), [identity])
    with pytest.raises(Exception, match=r"(?i)match|decrypt"):
        decrypt((folder / "production.age").read_bytes(), [identity])


def test_sharing_again_is_harmless_but_another_key_under_the_same_name_is_refused(
    vault: AgeVault, staging: EnvironmentId
) -> None:
    vault.change(staging, who="ann", put={"A": "one"})
    key, other = (str(x25519.Identity.generate().to_public()) for _ in range(2))
    vault.operators.share("shop", "kim", key, [])
    vault.operators.share("shop", "kim", key, [])
    assert len(vault.operators.of("shop")) == 1
    with pytest.raises(Problem) as caught:
        vault.operators.share("shop", "kim", other, [])
    assert caught.value.kind == "recipient-taken"
    with pytest.raises(Problem) as caught:
        vault.operators.unshare("shop", "lee")
    assert caught.value.kind == "no-recipient"


def test_a_private_key_given_as_a_public_one_is_refused_without_being_shown(
    vault: AgeVault,
) -> None:
    private = str(x25519.Identity.generate())
    with pytest.raises(Problem) as caught:
        vault.operators.share("shop", "kim", private, [])
    assert caught.value.kind == "invalid-key"
    assert private not in str(caught.value)


@pytest.mark.parametrize("kind", ["age", "ssh"])
def test_a_server_that_lost_its_key_is_brought_back_by_an_operators(
    vault: AgeVault, staging: EnvironmentId, tmp_path: Path, kind: str
) -> None:
    _identity, public, private = _operator(kind)
    vault.change(staging, who="ann", put={"A": CANARY})
    vault.operators.share("shop", "kim", public, [])
    (tmp_path / "vault" / "server.key").unlink()
    with pytest.raises(Problem) as caught:
        vault.values(staging)
    assert caught.value.kind == "vault-locked"
    with pytest.raises(Problem) as caught:
        vault.operators.recover(str(x25519.Identity.generate()))
    assert caught.value.kind == "vault-locked"
    assert vault.operators.recover(private) == (staging,)
    assert vault.values(staging)["A"] == CANARY
    assert vault.operators.recover(private) == ()


def test_a_damaged_file_is_named_and_nothing_is_overwritten(
    vault: AgeVault, staging: EnvironmentId, tmp_path: Path
) -> None:
    vault.change(staging, who="ann", put={"A": "one"})
    file = tmp_path / "vault" / "shop" / "staging.age"
    damaged = bytes([*file.read_bytes()[:-3], 0, 0, 0])
    file.write_bytes(damaged)
    with pytest.raises(Problem) as caught:
        vault.change(staging, who="ann", put={"A": "two"})
    assert caught.value.kind == "vault-locked"
    assert file.read_bytes() == damaged


def test_a_file_moved_to_another_environment_is_refused(
    vault: AgeVault, staging: EnvironmentId, tmp_path: Path
) -> None:
    vault.change(staging, who="ann", put={"A": "one"})
    folder = tmp_path / "vault" / "shop"
    (folder / "production.age").write_bytes((folder / "staging.age").read_bytes())
    with pytest.raises(Problem) as caught:
        vault.values(EnvironmentId("shop", "production"))
    assert caught.value.kind == "vault-broken"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("1A", "x", "invalid-name"),
        ("A-B", "x", "invalid-name"),
        ("A", "", "invalid-secret"),
        ("A", "x\0y", "invalid-secret"),
        ("A", "x" * 1_048_577, "invalid-secret"),
    ],
)
def test_what_cannot_be_a_secret_is_refused(
    vault: AgeVault, staging: EnvironmentId, name: str, value: str, kind: str
) -> None:
    with pytest.raises(Problem) as caught:
        vault.change(staging, who="ann", put={name: value})
    assert caught.value.kind == kind
    assert vault.version(staging) == 0


def test_generated_secrets_have_the_form_that_was_asked_for(
    vault: AgeVault, staging: EnvironmentId
) -> None:
    """R062."""
    vault.generate(
        staging,
        {
            "HEX": Making(form=Form.HEX, size=32),
            "B64": Making(form=Form.BASE64),
            "PW": Making(form=Form.PASSWORD),
        },
        who="ann",
    )
    values = vault.values(staging)
    assert len(bytes.fromhex(values["HEX"])) == 32
    assert len(values["B64"]) == 44
    assert len(values["PW"]) == 24
    assert values["PW"].isalnum()
    assert {item.how for item in vault.secrets(staging)} == {How.GENERATED}
    first = dict(values)
    vault.generate(staging, {"HEX": Making()}, who="ann")
    assert vault.values(staging)["HEX"] != first["HEX"]
    assert vault.values(staging)["PW"] == first["PW"]


@pytest.mark.parametrize("form", [Form.RS256, Form.ED25519])
def test_a_generated_pair_fits_together(
    vault: AgeVault, staging: EnvironmentId, form: Form
) -> None:
    """R063."""
    making = Making(form=form, public="JWT_PUBLIC_KEY")
    vault.generate(staging, {"JWT_PRIVATE_KEY": making}, who="ann")
    values = vault.values(staging)
    private = load_pem_private_key(values["JWT_PRIVATE_KEY"].encode(), None)
    public = load_pem_public_key(values["JWT_PUBLIC_KEY"].encode())
    assert isinstance(private, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey)
    assert private.public_key() == public


def test_a_size_out_of_bounds_is_refused(vault: AgeVault, staging: EnvironmentId) -> None:
    with pytest.raises(Problem) as caught:
        vault.generate(staging, {"A": Making(form=Form.HEX, size=2)}, who="ann")
    assert caught.value.kind == "invalid-secret"


def _operator(kind: str) -> tuple[x25519.Identity | ssh.Identity, str, str]:
    """Return (identity, public key, private key's text)."""
    if kind == "age":
        identity = x25519.Identity.generate()
        return identity, str(identity.to_public()), f"# a comment\n{identity}\n"
    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return ssh.Identity.from_buffer(private), f"{public.decode()} kim@laptop", private.decode()
