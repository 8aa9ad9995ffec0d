"""What the doctor finds in a directory of state, on real files."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from shipway.doctor import look
from shipway.doctor.look import docker, open_secrets
from tests.support.running import free_ports


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


def test_what_the_daemon_may_is_no_fault_though_whoever_asks_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator of an installed server: the daemon has a user, a directory and ports."""
    (number,) = free_ports(1)
    monkeypatch.setattr(look, "_port_state", lambda _number: ("forbidden", ""))
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    assert look.home(tmp_path).problem
    assert not look.home(tmp_path, keeper="shipway").problem
    wanted = {number: ["production"]}
    assert look.ports(wanted, ())[0].state == "forbidden"
    assert look.ports(wanted, (), keeper="shipway")[0].state == "free"
    with socket.create_server(("127.0.0.1", number)):
        assert look.ports(wanted, (), keeper="shipway")[0].state == "taken"

    (tmp_path / "socket").touch()
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/socket")
    monkeypatch.setattr(look, "_in_group", lambda user, _group: user == "shipway")
    assert docker("shipway").error == ""
    assert docker("shipway").keeper == "shipway"
    assert "closed to nobody" in docker("nobody").error


@pytest.mark.docker
def test_an_engine_that_answers_is_found_with_its_version() -> None:
    found = docker()
    assert not found.error
    assert found.version
    assert float(found.api) >= 1.41
