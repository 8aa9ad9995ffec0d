"""What the doctor finds in a directory of state, on real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.doctor.look import docker, open_secrets


@pytest.mark.parametrize(
    ("closed", "mode", "told"),
    [
        (None, 0o644, True),
        (None, 0o640, False),
        # what lies below a closed directory nobody reads, whatever its own mode says
        (".", 0o644, False),
        ("vault", 0o644, False),
        ("vault/shop", 0o644, False),
    ],
)
def test_a_secret_that_others_can_reach_is_told(
    tmp_path: Path, closed: str | None, mode: int, *, told: bool
) -> None:
    home = tmp_path / "home"
    secret = home / "vault" / "shop" / "staging.age"
    secret.parent.mkdir(parents=True)
    for folder in (home, home / "vault", secret.parent):
        folder.chmod(0o755)
    secret.write_text("x")
    secret.chmod(mode)
    (secret.parent / "link").symlink_to("staging.age")
    if closed is not None:
        (home / closed).chmod(0o700)
    assert open_secrets(home) == ((str(secret),) if told else ())


@pytest.mark.docker
def test_an_engine_that_answers_is_found_with_its_version() -> None:
    found = docker()
    assert not found.error
    assert found.version
    assert float(found.api) >= 1.41
