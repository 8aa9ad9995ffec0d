"""Reaching the daemon: finding it, starting it, ending it.

Two command lines that start one at the same time do not fight: the daemon's own lock decides,
and the loser ends with exit code 0.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shipway
from shipway.api.client import Client, DaemonGone, RemoteClient
from shipway.cli.console import Console
from shipway.errors import Problem
from shipway.places import Places, places

if TYPE_CHECKING:
    from subprocess import Popen

START_DEADLINE_S = 20.0
STOP_DEADLINE_S = 15.0
POLL_S = 0.02
RESPAWN_S = 1.0
SAID_BYTES_MAX = 20_000

_spawned: list[Popen[bytes]] = []
"""Daemons outlive whoever started them: kept, so that Python does not miss their end."""


def user_name() -> str:
    """Return who types: also behind sudo."""
    import getpass

    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = f"uid-{os.getuid()}"
    return name.encode("ascii", "replace").decode()[:64]


def connect(console: Console) -> Client:
    """Return a client of the daemon; start it where none answers, replace another version's.

    With SHIPWAY_URL it is the daemon of another machine, which is only asked.
    """
    url = os.environ.get("SHIPWAY_URL")
    if url:
        return _remote(url)
    here = places()
    client = Client(here.socket, user_name())
    about = ask(client)
    if about is None:
        start(here, client)
        console.note(f"started the daemon ({here.home})")
    elif about["version"] != shipway.__version__:
        console.note(
            f"the daemon is Shipway {about['version']}, this is {shipway.__version__}: "
            "restarting it; what runs goes on running"
        )
        stop(client, int(about["pid"]))
        start(here, client)
    return client


def _remote(url: str) -> Client:
    token = os.environ.get("SHIPWAY_TOKEN")
    if not token:
        raise Problem(
            "token-missing",
            f"SHIPWAY_URL names {url}, but SHIPWAY_TOKEN is empty.",
            hints=["shipway token create NAME, on the server, makes one"],
        )
    client = RemoteClient(url, token)
    try:
        client.get("/me")
    except DaemonGone as gone:
        raise Problem(
            "daemon-unreachable",
            f"nothing answers at {url}: {gone}.",
            hints=["shipway dashboard, on the server, says where it listens"],
        ) from gone
    return client


def running_daemon() -> tuple[Client, dict[str, Any] | None]:
    """Return a client and what the daemon says of itself: None where none answers."""
    client = Client(places().socket, user_name())
    return client, ask(client)


def ask(client: Client) -> dict[str, Any] | None:
    """Return what the daemon says of itself, None where none answers."""
    try:
        return client.get("/daemon")
    except DaemonGone:
        return None


def daemon_command() -> list[str]:
    """Return the command line of a daemon; -P: nothing of the current directory is imported."""
    return [sys.executable, "-P", "-m", "shipway.daemon"]


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
    spawned = time.monotonic()
    while time.monotonic() < until:
        about = ask(client)
        if about is not None:
            return about
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


def stop(client: Client, pid: int, *, ingress: bool = False) -> None:
    """End the daemon and wait until it has gone.  Raises Problem `daemon-stays`."""
    client.post("/daemon/stop", ingress=ingress)
    if not wait_until(lambda: not _lives(pid), STOP_DEADLINE_S):
        raise Problem(
            "daemon-stays",
            f"the daemon (process {pid}) has not ended after {STOP_DEADLINE_S:g} s.",
            hints=["shipway daemon log", f"kill {pid}, which costs no request"],
        )


def wait_until(true: Callable[[], bool], deadline_s: float) -> bool:
    """Return whether it became true before the deadline."""
    until = time.monotonic() + deadline_s
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(POLL_S)
    return True


def _prepare(here: Places) -> tuple[Path, int]:
    """Return the file that takes the daemon's stderr, and how long it is now."""
    said = here.home / "daemon.err"
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


def _lives(pid: int) -> bool:
    """Return whether the process is there; one that only waits for its parent is not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}
