"""The owner's own certificate: from the declared files to what clients are shown, and back."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509

from tests.ingress.pebble import Made, certificate, pem_parts
from tests.support.commands import type_command
from tests.support.running import Shipway
from tests.support.tinyapp import SPEC, TinyApp

HOST = "shop.example.com"
LOOPBACK = "127.0.0.1"
JOURNEY = """
journeys:
  read: {steps: [{request: GET /items}]}
"""


@dataclass(frozen=True)
class Files:
    """The certificate's files on the server, and who signs what is put there."""

    folder: Path
    root: Made
    middle: Made

    @classmethod
    def made(cls, folder: Path) -> Files:
        folder.mkdir()
        root = certificate("test root", ca=True)
        middle = certificate("test middle", ca=True, signer=root)
        (folder / "ca.pem").write_text(pem_parts(root)[0])
        return cls(folder, root, middle)

    def put(self, *names: str, days: float = 90, issued_days_ago: float = 0) -> int:
        """Put a new certificate there; return its number."""
        leaf = certificate(*names, days=days, issued_days_ago=issued_days_ago, signer=self.middle)
        chain, key = pem_parts(leaf)
        (self.folder / "chain.pem").write_text(chain + pem_parts(self.middle)[0])
        (self.folder / "key.pem").write_text(key)
        return leaf[0].serial_number

    def tls(self, *more: str) -> str:
        parts = [f"certificate: {self.folder}/chain.pem", f"key: {self.folder}/key.pem", *more]
        return f"{{{', '.join(parts)}}}"

    @property
    def authority(self) -> str:
        return f"ca: {self.folder}/ca.pem"


def shown(port: int, files: Files) -> int:
    """Return the number of the certificate that a client gets who knows the root alone."""
    context = ssl.create_default_context(cafile=str(files.folder / "ca.pem"))
    with (
        socket.create_connection((LOOPBACK, port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as connection,
    ):
        der = connection.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der).serial_number


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files.made(tmp_path / "certificates")


def commit(app: TinyApp, tls: str) -> None:
    inside = tls.removesuffix("}") + ", redirect: false}"
    staging = f"{{port: @STAGING@, host: {HOST}, tls: {inside}}}"
    app.commit(shipway__yaml=SPEC.replace("{port: @STAGING@}", staging) + JOURNEY)


@pytest.mark.slow
def test_what_no_browser_takes_is_refused_before_anything_changes(
    shipway: Shipway, app: TinyApp, files: Files
) -> None:
    """R092: files, key, dates and names are looked at before anything is started."""
    commit(app, files.tls(files.authority))

    def refused() -> str:
        problem = shipway.refused("deploy", app.directory, "staging")
        assert problem.kind == "certificate-broken", problem
        assert problem.hints
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((LOOPBACK, app.staging), timeout=5)
        return problem.message

    assert "chain.pem cannot be read: No such file" in refused()
    files.put(HOST)
    (files.folder / "key.pem").write_text(pem_parts(certificate(HOST))[1])
    assert "its private key belongs to another certificate" in refused()
    files.put(HOST, days=1, issued_days_ago=3)
    assert "ended 2.0 days ago: browsers would refuse it" in refused()
    files.put(HOST, issued_days_ago=-2)
    assert "holds from 2.0 days on only" in refused()
    files.put("other.example.com")
    assert f"is for other.example.com, not for {HOST}" in refused()
    files.put("*.example.com")
    (files.folder / "ca.pem").write_text("nobody")
    assert "ca.pem holds no certificate of an authority" in refused()


@pytest.mark.slow
def test_the_chain_is_served_verified_and_followed_when_its_file_is_replaced(
    shipway: Shipway, app: TinyApp, files: Files
) -> None:
    """Smoke checks and journeys see what browsers see; one that is worse is not taken."""
    first = files.put(HOST, days=60)
    commit(app, files.tls(files.authority))
    shipway.rolled("deploy", app.directory, "staging")
    assert shown(app.staging, files) == first
    went = type_command(shipway, app, "journey", "run", "read", "staging")
    assert went.returncode == 0, went.stdout + went.stderr
    assert "days left, your own" in type_command(shipway, app, "certificates").stdout

    second = files.put("*.example.com")
    assert "new, and served" in type_command(shipway, app, "certificates", "renew").stdout
    assert shown(app.staging, files) == second

    files.put(HOST, days=1, issued_days_ago=3)
    said = type_command(shipway, app, "certificates", "renew")
    assert said.returncode == 1
    assert "ended 2.0 days ago" in said.stdout + said.stderr
    assert shown(app.staging, files) == second
    rollout = shipway.rolled("deploy", app.directory, "staging")
    assert "The one that was taken before holds still." in shipway.story(rollout["id"])
    assert shown(app.staging, files) == second


@pytest.mark.slow
def test_a_certificate_of_an_authority_that_nobody_knows_fails_smoke_checks_and_journeys(
    shipway: Shipway, app: TinyApp, files: Files
) -> None:
    """It is said with what to do; an explicit key turns it off."""
    files.put(HOST)
    commit(app, files.tls())
    problem = shipway.refused("deploy", app.directory, "staging")
    assert problem.kind == "smoke-failed"
    assert "its certificate is refused: unable to get local issuer certificate" in problem.message
    assert any("tls: {ca:" in hint for hint in problem.hints)

    commit(app, files.tls("verify: false"))
    shipway.rolled("deploy", app.directory, "staging")
    assert type_command(shipway, app, "journey", "run", "read", "staging").returncode == 0
    commit(app, files.tls(files.authority))
    shipway.rolled("deploy", app.directory, "staging")
    (files.folder / "ca.pem").write_text(pem_parts(certificate("another", ca=True))[0])
    went = type_command(shipway, app, "journey", "run", "read", "staging")
    assert went.returncode == 1
    assert "its certificate is refused" in went.stdout
    assert "Hint: tls: {verify: false}" in went.stdout
    # A bad release is left all the same: a rollback takes any certificate.
    shipway.rolled("rollback", app.directory, "staging")
