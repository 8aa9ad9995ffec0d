"""Starting the daemon, and what is said where it does not start.

Two command lines that start one at the same time do not fight: the daemon's own lock decides,
and the loser ends with exit code 0.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.api.client import Client
from shipway.cli.daemon_here import POLL_S, ask, user_name
from shipway.errors import Problem
from shipway.places import Places

if TYPE_CHECKING:
    from subprocess import Popen

START_DEADLINE_S = 60.0
SLOW_START_S = 5.0
RESPAWN_S = 1.0
SAID_BYTES_MAX = 20_000

_spawned: list[Popen[bytes]] = []
"""Daemons outlive whoever started them: kept, so that Python does not miss their end."""


def daemon_command() -> list[str]:
    """Return the command line of a daemon.

    -P: nothing of the current directory is imported; the other: a megabyte less of marks under
    the lines of tracebacks.
    """
    return [sys.executable, "-P", "-X", "no_debug_ranges", "-m", "shipway.daemon"]


def daemon_environment(environment: Mapping[str, str], directory: Path) -> dict[str, str]:
    """Return the daemon's environment; it runs in `/`, so that relative paths become whole."""
    found = dict(environment)
    if found.get("PYTHONPATH"):
        parts = found["PYTHONPATH"].split(os.pathsep)
        found["PYTHONPATH"] = os.pathsep.join(str(directory / part) for part in parts)
    return found


def start(here: Places, client: Client, *, deadline_s: float = START_DEADLINE_S) -> dict[str, Any]:
    """Start the daemon and return what it says of itself, when it answers.

    Safe where one runs or starts already.  Raises Problem `daemon-failed`, `home-forbidden`.
    """
    until = time.monotonic() + deadline_s
    if here.managed:
        return _await_managed(here, client, until)
    said, mark = _prepare(here)
    child = _spawn(said)
    spawned = begun = time.monotonic()
    waiting = False
    while time.monotonic() < until:
        about = ask(client)
        if about is not None:
            return about
        if not waiting and time.monotonic() - begun > SLOW_START_S:
            waiting = True
            print("starting the daemon takes a while here …", file=sys.stderr, flush=True)
        code = child.poll()
        if code:
            raise _failed(code, said, mark)
        if code == 0 and time.monotonic() - spawned > RESPAWN_S:
            child = _spawn(said)  # the one that held the lock was about to end
            spawned = time.monotonic()
        time.sleep(POLL_S)
    raise Problem(
        "daemon-failed",
        f"the daemon did not answer within {deadline_s:g} s. What runs goes on running.",
        details=_said(said, mark),
        hints=["shipway daemon log", "shipway up"],
    )


def _await_managed(here: Places, client: Client, until: float) -> dict[str, Any]:
    """Return what the daemon says that systemd keeps, when it answers; root starts it.

    One started by whoever types would leave files behind that the system user cannot read.
    """
    import subprocess

    if os.geteuid() == 0:
        subprocess.run(
            ["systemctl", "start", "shipway.service"],
            check=False, capture_output=True, timeout=START_DEADLINE_S,
        )  # fmt: skip
    while time.monotonic() < until:
        if not _may_speak(here):
            raise Problem(
                "not-an-operator",
                f"{user_name()} may not speak with the daemon of {here.home}.",
                hints=[
                    f"sudo shipway install --operator {user_name()}, then log in again",
                    "SHIPWAY_HOME=DIR shipway …, for a Shipway of your own",
                ],
            )
        about = ask(client)
        if about is not None:
            return about
        time.sleep(POLL_S)
    raise Problem(
        "daemon-down",
        "the daemon that systemd keeps does not answer. What runs goes on running.",
        hints=["sudo systemctl start shipway", "journalctl -u shipway", "shipway daemon log"],
    )


def _may_speak(here: Places) -> bool:
    """Return whether the socket, where there is one, is open to this user."""
    return not here.socket.exists() or os.access(here.socket, os.W_OK)


def _prepare(here: Places) -> tuple[Path, int]:
    """Return the file that takes the daemon's stderr, and how long it is now."""
    said = here.home / "daemon.err"
    _refuse_anothers(here.home)
    try:
        here.home.mkdir(parents=True, exist_ok=True, mode=0o711)
        said.touch(mode=0o600)
        return said, said.stat().st_size
    except OSError as error:
        raise Problem(
            "home-forbidden",
            f"{here.home}, where Shipway keeps its state, cannot be used: {error.strerror}.",
            hints=["SHIPWAY_HOME=DIR shipway …, for a directory of your own"],
        ) from error


def _refuse_anothers(home: Path) -> None:
    """Refuse root a home of somebody else: whose it is could not read what root leaves there."""
    import pwd

    owner = _owner(home)
    if os.geteuid() != 0 or not owner:
        return
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = f"uid {owner}"
    raise Problem(
        "home-of-another",
        f"{home}, where Shipway keeps its state, belongs to {name}: what root leaves there could "
        f"not be read by {name}. Nothing was changed.",
        hints=[f"sudo -u {name} shipway …", "SHIPWAY_HOME=DIR shipway …, for another directory"],
    )


def _owner(home: Path) -> int | None:
    return home.stat().st_uid if home.is_dir() else None


def _spawn(said: Path) -> Popen[bytes]:
    import subprocess

    with said.open("ab") as stderr:
        child = subprocess.Popen(
            daemon_command(),
            env=daemon_environment(os.environ, Path.cwd()),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        )
    _spawned.append(child)
    return child


def _said(path: Path, mark: int) -> list[str]:
    """Return what was written to the file since it was `mark` bytes long: its last lines."""
    with path.open("rb") as stream:
        stream.seek(max(mark, path.stat().st_size - SAID_BYTES_MAX))
        return stream.read().decode(errors="replace").splitlines()[-20:]


def _failed(code: int, said: Path, mark: int) -> Problem:
    lines = _said(said, mark)
    hints = [line.removeprefix("Hint: ") for line in lines if line.startswith("Hint: ")]
    rest = [line for line in lines if not line.startswith("Hint: ")]
    return Problem(
        "daemon-failed",
        f"the daemon did not start (exit code {code}). What runs goes on running.",
        details=rest,
        hints=[*hints, "shipway up", "shipway daemon log"],
    )
