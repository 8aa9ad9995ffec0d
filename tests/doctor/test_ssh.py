"""`shipway doctor --ssh`: against a real sshd on the loopback address."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shipway.doctor.model import Level
from shipway.doctor.ssh import SshAnswer, SshTarget, arguments, lines
from tests.cli.conftest import Type, home, typed
from tests.support.running import eventually, free_ports

__all__ = ["home", "typed"]

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin")
needs_sshd = pytest.mark.skipif(
    SSHD is None, reason="there is no sshd here: apt-get install openssh-server, as root"
)


@dataclass(frozen=True)
class Server:
    port: int
    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "key"

    def asked(self, *more: str) -> list[str]:
        return [
            "doctor", "--ssh", "127.0.0.1", "--ssh-port", str(self.port), "--json",
            "--ssh-option", f"UserKnownHostsFile={self.folder}/known_hosts", *more,
        ]  # fmt: skip


def make_key(path: Path) -> None:
    argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("sshd")
    (port,) = free_ports(1)
    for name in ("host", "key", "other"):
        make_key(folder / name)
    shutil.copy(folder / "key.pub", folder / "authorized_keys")
    host = (folder / "host.pub").read_text().split()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host[0]} {host[1]}\n")
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\n"
        f"PasswordAuthentication no\nPidFile {folder}/pid\nPermitRootLogin prohibit-password\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    argv = [str(SSHD), "-D", "-e", "-f", str(folder / "config")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(argv, stderr=log)
    try:
        eventually("sshd listens", lambda: b"listening" in (folder / "log").read_bytes())
        yield Server(port, folder)
    finally:
        process.terminate()
        process.wait(10)


def answered(text: str) -> dict[str, dict[str, str]]:
    return {item["name"]: item for item in json.loads(text)["lines"]}


@needs_sshd
def test_the_right_key_and_user_are_let_in(server: Server, typed: Type) -> None:
    """R079: before anything else, in batch mode, with the key and the user that were named."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    result = typed(*server.asked("--ssh-key", str(server.key), "--ssh-user", user))
    found = answered(result.out)
    assert result.code == 0, result.out
    assert found["key"]["level"] == "good"
    assert found["connection"]["figure"].startswith(f"{user}@127.0.0.1:{server.port}")
    assert found["user"]["figure"].startswith(user)
    assert found["git"]["level"] == "good"
    assert "GB free" in found["disk"]["figure"]


@needs_sshd
def test_a_wrong_key_is_named_with_what_to_type(server: Server, typed: Type) -> None:
    """R079: nothing asks back, and nothing hangs."""
    result = typed(*server.asked("--ssh-key", str(server.folder / "other")))
    found = answered(result.out)
    assert result.code == 1
    assert "Permission denied" in found["connection"]["figure"]
    assert "ssh-copy-id -i" in found["connection"]["hint"]


@needs_sshd
def test_a_server_that_nobody_knows_yet_is_not_trusted(server: Server, typed: Type) -> None:
    result = typed(
        "doctor", "--ssh", "127.0.0.1", "--ssh-port", str(server.port), "--json",
        "--ssh-option", f"UserKnownHostsFile={server.folder}/nobody", "--ssh-key", str(server.key),
    )  # fmt: skip
    found = answered(result.out)
    assert result.code == 1
    assert "compare the fingerprint" in found["connection"]["hint"]


@needs_sshd
def test_an_alias_of_the_ssh_configuration_is_followed(
    server: Server, typed: Type, tmp_path: Path
) -> None:
    """R079: targets by their alias: `oracle-cloud`, `staging`."""
    config = tmp_path / "config"
    config.write_text(
        f"Host oracle-cloud\n HostName 127.0.0.1\n Port {server.port}\n User {pwd.getpwuid(os.geteuid()).pw_name}\n"
        f" IdentityFile {server.key}\n IdentitiesOnly yes\n"
        f" UserKnownHostsFile {server.folder}/known_hosts\n"
    )
    wrapper = tmp_path / "bin"
    wrapper.mkdir()
    real = shutil.which("ssh")
    (wrapper / "ssh").write_text(f'#!/bin/sh\nexec {real} -F {config} "$@"\n')
    (wrapper / "ssh").chmod(0o755)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{wrapper}:{before}"
    try:
        result = typed("doctor", "--ssh", "oracle-cloud", "--json")
    finally:
        os.environ["PATH"] = before
    assert result.code == 0, result.out
    assert f"127.0.0.1:{server.port}" in answered(result.out)["connection"]["figure"]


def test_a_port_where_nothing_listens(typed: Type) -> None:
    (port,) = free_ports(1)
    result = typed("doctor", "--ssh", "127.0.0.1", "--ssh-port", str(port), "--json")
    found = answered(result.out)
    assert result.code == 1
    assert "refused" in found["connection"]["figure"]


def test_a_key_that_others_may_read_is_refused_before_ssh_does(tmp_path: Path) -> None:
    target = SshTarget(host="deploy@example.com", key=tmp_path / "key")
    found = {line.name: line for line in lines(target, SshAnswer(code=255, said={}), 0o644)}
    assert found["key"].level is Level.BAD
    assert found["key"].hint == f"chmod 600 {tmp_path / 'key'}"
    missing = {line.name: line for line in lines(target, SshAnswer(code=255, said={}), None)}
    assert "is not there" in missing["key"].figure


def test_another_user_than_was_asked_for_is_bad() -> None:
    target = SshTarget(host="deploy@example.com")
    said = {"user": "root", "groups": "root"}
    found = {line.name: line for line in lines(target, SshAnswer(code=0, said=said), None)}
    assert found["user"].level is Level.BAD
    assert found["user"].figure == "root, not deploy"


def test_the_command_line_never_asks_back_and_takes_no_option_for_a_host() -> None:
    argv = arguments(SshTarget(host="-oProxyCommand=x", user="kim"), "true")
    assert "BatchMode=yes" in argv
    assert argv[argv.index("--") + 1 :] == ["-oProxyCommand=x", "true"]
