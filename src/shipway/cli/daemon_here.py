"""The daemon of this machine, where one runs: asked, and ended."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from shipway.api.client import Client, DaemonGone
from shipway.errors import Problem

STOP_DEADLINE_S = 15.0
POLL_S = 0.02


def user_name() -> str:
    """Return who types: also behind sudo."""
    import getpass

    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = f"uid-{os.getuid()}"
    return name.encode("ascii", "replace").decode()[:64]


def ask(client: Client) -> dict[str, Any] | None:
    """Return what the daemon says of itself, None where none answers."""
    try:
        return client.get("/daemon")
    except DaemonGone:
        return None


def stop(client: Client, pid: int, *, ingress: bool = False) -> None:
    """End the daemon and wait until it has gone.  Raises Problem `daemon-stays`."""
    with suppress(DaemonGone):  # it may end before its answer is out
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


def _lives(pid: int) -> bool:
    """Return whether the process is there; one that only waits for its parent is not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}
