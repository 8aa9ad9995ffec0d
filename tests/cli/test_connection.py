"""Finding, starting, replacing and ending the daemon: a real one, and ones that misbehave."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import shipway
from shipway.cli import daemon_start
from shipway.cli.connection import connect, running_daemon
from shipway.cli.console import Console
from shipway.cli.daemon_here import ask, stop, wait_until
from shipway.cli.daemon_start import daemon_environment
from shipway.errors import Problem
from shipway.places import Places
from tests.cli.conftest import Type
from tests.cli.fake import FakeDaemon

# A daemon with nothing in it but what the command line may rely on: the lock decides, the
# loser ends with 0, it answers, and it ends when it is asked to.
SMALL = """
import fcntl, json, os, sys, threading
from pathlib import Path
from tests.cli.fake import FakeDaemon
home = Path(os.environ["SHIPWAY_HOME"])
home.mkdir(parents=True, exist_ok=True)
lock = open(home / "daemon.lock", "a+")
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    sys.exit(0)
with open(home / "starts", "a") as starts:
    print(os.getpid(), file=starts)
ending = threading.Event()
fake = FakeDaemon(home / "daemon.sock")
fake.get("/daemon", {"version": "@VERSION@", "pid": os.getpid(), "home": str(home)})
fake.post("/daemon/stop", lambda _request: ending.set() or {"stopping": True})
fake.start()
ending.wait(60)
fake.stop()
"""


def program(text: str) -> list[str]:
    root = str(Path(__file__).parents[2])
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r})\n{text}"]


@pytest.fixture
def small(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make the small daemon the one that is started; yield its home."""
    text = SMALL.replace("@VERSION@", shipway.__version__)
    monkeypatch.setattr(daemon_start, "daemon_command", lambda: program(text))
    yield home
    client, about = running_daemon()
    if about is not None:
        stop(client, about["pid"])


def starts(home: Path) -> list[int]:
    return [int(text) for text in (home / "starts").read_text().split()]


def test_a_command_that_finds_no_daemon_starts_one(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = connect(Console())
    assert client.get("/daemon")["pid"] == starts(small)[0]
    assert capsys.readouterr().err == f"started the daemon ({small})\n"
    connect(Console())
    assert len(starts(small)) == 1
    assert capsys.readouterr().err == ""


def test_many_commands_at_once_start_one_daemon(small: Path) -> None:
    found: list[int] = []

    def one() -> None:
        found.append(connect(Console()).get("/daemon")["pid"])

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == starts(small) * 4


def test_a_daemon_of_another_version_is_replaced(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small.mkdir()
    older = subprocess.Popen(program(SMALL.replace("@VERSION@", "0.0.9")), stdin=subprocess.DEVNULL)
    client, _about = running_daemon()
    assert wait_until(lambda: ask(client) is not None, 10)
    connect(Console())
    assert older.wait(10) == 0
    assert client.get("/daemon")["version"] == shipway.__version__
    assert "the daemon is Shipway 0.0.9, this is" in capsys.readouterr().err


def test_a_daemon_that_cannot_start_says_why_and_what_to_type(
    home: Path, monkeypatch: pytest.MonkeyPatch, typed: Type
) -> None:
    del home
    text = "print('HAProxy is not installed.\\nHint: apt-get install haproxy', file=sys.stderr)"
    monkeypatch.setattr(daemon_start, "daemon_command", lambda: program(f"{text}; sys.exit(1)"))
    result = typed("status")
    assert result.code == 1
    assert result.err == (
        "Error  the daemon did not start (exit code 1). What runs goes on running.\n"
        "  | HAProxy is not installed.\n"
        "Hint   apt-get install haproxy\n"
        "Hint   shipway up\n"
        "Hint   shipway daemon log\n"
    )
    text = "print('another reason', file=sys.stderr)"
    monkeypatch.setattr(daemon_start, "daemon_command", lambda: program(f"{text}; sys.exit(1)"))
    err = typed("status").err
    assert "another reason" in err
    assert "HAProxy" not in err


def test_a_daemon_that_never_answers_is_given_up(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon_start, "daemon_command", lambda: program("pass"))
    client, _about = running_daemon()
    with pytest.raises(Problem, match=r"did not answer within 0\.3 s"):
        daemon_start.start(Places(home), client, deadline_s=0.3)


def test_a_home_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: Type
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SHIPWAY_HOME", str(tmp_path / "file" / "home"))
    result = typed("status")
    assert result.code == 1
    assert f"{tmp_path}/file/home, where Shipway keeps its state, cannot be used" in result.err


def test_root_leaves_nothing_in_a_home_of_somebody_else(
    home: Path, monkeypatch: pytest.MonkeyPatch, typed: Type
) -> None:
    home.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(daemon_start, "_owner", lambda _home: 65_534)
    result = typed("status")
    assert result.code == 1
    assert f"{home}, where Shipway keeps its state, belongs to nobody" in result.err
    assert "Hint   sudo -u nobody shipway …" in result.err
    assert list(home.iterdir()) == []


def test_a_user_without_a_home_is_told_how_to_name_one(
    monkeypatch: pytest.MonkeyPatch, typed: Type
) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("SHIPWAY_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    monkeypatch.setattr(Path, "home", nowhere)
    result = typed("status")
    assert (result.code, "SHIPWAY_HOME=DIR shipway" in result.err) == (1, True)


def test_the_daemon_runs_elsewhere_and_its_paths_are_whole(tmp_path: Path) -> None:
    found = daemon_environment({"PYTHONPATH": "src:/abs", "HOME": "/root"}, tmp_path)
    assert found == {"PYTHONPATH": f"{tmp_path}/src:/abs", "HOME": "/root"}
    assert daemon_environment({}, tmp_path) == {}


def test_commands_that_only_look_start_no_daemon(home: Path, typed: Type) -> None:
    result = typed("daemon", "status")
    assert result.code == 1
    assert "No daemon runs: shipway up starts it." in result.out
    assert typed("down").out == "No daemon runs.\n"
    assert "none has run here yet" in typed("daemon", "log").err
    assert not home.exists()


def test_the_daemons_log_is_shown_to_its_last_lines(home: Path, typed: Type) -> None:
    home.mkdir()
    (home / "daemon.log").write_text("one\ntwo\nthree\n")
    assert typed("daemon", "log", "-n", "2").out == "two\nthree\n"
    assert [json.loads(text) for text in typed("daemon", "log", "--json").out.splitlines()] == [
        {"text": word} for word in ("one", "two", "three")
    ]


def test_a_restart_is_another_process_with_the_same_state(small: Path, typed: Type) -> None:
    connect(Console())
    result = typed("daemon", "restart")
    assert result.code == 0, result.err
    assert result.out == f"The daemon runs again: process {starts(small)[1]}.\n"


def test_the_real_daemon_comes_up_closed_to_others_and_goes_down(home: Path, typed: Type) -> None:
    """Proves the socket's mode, the home's, and up, status, down on the real thing."""
    try:
        result = typed("up", "--json")
        assert result.code == 0, result.out + result.err
        about = json.loads(result.out)["daemon"]
        assert about["version"] == shipway.__version__
        places = Places(home)
        assert stat.S_IMODE(places.socket.stat().st_mode) == 0o600
        assert stat.S_IMODE(home.stat().st_mode) == 0o711
        for path in (places.log, places.database):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert json.loads(typed("status", "--json").out)["environments"] == []
        assert f"process {about['pid']}" in typed("daemon", "status").out
        assert "stop-daemon" not in typed("audit").out
        assert typed("down").out == "The daemon has ended.\n"
        assert not places.socket.exists()
    finally:
        _client, left = running_daemon()
        if left is not None:
            os.kill(left["pid"], signal.SIGKILL)


def test_a_dead_instance_of_the_fake_is_no_daemon(daemon: FakeDaemon) -> None:
    assert running_daemon()[1] is not None
    daemon.stop()
    assert running_daemon()[1] is None
