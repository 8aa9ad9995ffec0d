"""Ends what old workers still hold to upstreams that are gone.

A stopping worker refuses `set server` and `shutdown sessions server`; single sessions can
be ended there.  Without this, a WebSocket to an instance that vanished without a word
would keep its old worker for as long as TCP takes to notice.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from shipway.ingress.control import Unreachable, ask_worker, processes

_SESSION = re.compile(r"^(0x[0-9a-f]+): .* be=(\S+) srv=(\S+) ")


def end_old_sessions(directory: Path, servers: Collection[str]) -> None:
    """End the sessions that old workers have with `servers` (`backend/server`)."""
    try:
        for pid in processes(directory).old_workers:
            for session in sessions_of(ask_worker(directory, pid, "show sess"), servers):
                ask_worker(directory, pid, f"shutdown session {session}")
    except Unreachable:  # the worker has ended, and its sessions with it
        return


def sessions_of(text: str, servers: Collection[str]) -> tuple[str, ...]:
    """Return the ids in `show sess` of the sessions with one of `servers`."""
    matches = (_SESSION.match(line) for line in text.splitlines())
    return tuple(
        match[1] for match in matches if match is not None and f"{match[2]}/{match[3]}" in servers
    )
