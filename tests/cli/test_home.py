"""What a daemon does whose home is taken away under it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shipway.places import Places
from tests.support.running import eventually

END_S = 60.0

Start = Callable[[Path], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Yield what starts a daemon, its stderr in `err` beside the home."""
    begun: list[subprocess.Popen[bytes]] = []

    def begin(home: Path) -> subprocess.Popen[bytes]:
        with (tmp_path / "err").open("ab") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "shipway.daemon"],
                env={**os.environ, "SHIPWAY_HOME": str(home)},
                stdin=subprocess.DEVNULL,
                stderr=err,
            )
        begun.append(process)
        eventually("it is ready", lambda: "ready" in _read(Places(home).log), 30.0)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.wait()


def test_a_daemon_whose_home_was_removed_ends_and_says_so(start: Start, tmp_path: Path) -> None:
    home = tmp_path / "home"
    daemon = start(home)
    shutil.rmtree(home)
    assert daemon.wait(END_S) == 0
    said = _read(tmp_path / "err")
    assert f"{home}/daemon.lock was removed or replaced" in said
    assert "What runs goes on running" in said
    assert not (home / "daemon.sock").exists()


def test_a_daemon_that_lost_its_home_leaves_its_successor_alone(
    start: Start, tmp_path: Path
) -> None:
    """Its log is found again, as only the socket went; the next daemon's socket stays."""
    home = tmp_path / "home"
    first = start(home)
    (home / "daemon.sock").unlink()
    (home / "daemon.lock").unlink()
    (home / "daemon.log").rename(home / "first.log")
    second = start(home)
    assert first.wait(END_S) == 0
    assert "was removed or replaced" in _read(home / "first.log")
    assert (home / "daemon.sock").is_socket()
    assert second.poll() is None


def _read(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""
