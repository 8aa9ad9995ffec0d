"""Whether the proxy still serves: the kernel tells, so that the proxy need not be asked.

Asking costs a connection and an answer of the master's each second, for ever.  The processes
that were seen serving are held by descriptors (pidfds), which say at once when one has ended.
Invariant: whoever has ended counts as gone; one that only stopped serving is found within ASK_S.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterable
from pathlib import Path

from shipway.ingress import control
from shipway.ports import Clock

ASK_S = 5.0


class Life:
    """Of the proxy in `directory`; safe in several threads."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._held: tuple[int, ...] = ()
        self._asked_at = float("-inf")
        self._lock = threading.Lock()

    def serves(self) -> bool:
        """Return whether the proxy serves."""
        with self._lock:
            now = self._clock.monotonic()
            if self._held and now - self._asked_at < ASK_S and not _any_ended(self._held):
                return True
        return self.ask()

    def ask(self) -> bool:
        """Return whether the proxy itself says that it serves."""
        with self._lock:
            self._drop()
            try:
                found = control.processes(self._directory)
            except control.Unreachable:
                return False
            if found.worker is None:
                return False
            self._held = _hold((found.master, found.worker))
            self._asked_at = self._clock.monotonic()
            return True

    def let_go(self) -> None:
        """Hold no process any more; the next question asks the proxy itself."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        _close(self._held)
        self._held = ()


def _hold(pids: tuple[int, ...]) -> tuple[int, ...]:
    """Return a descriptor of each process; none where one is gone or not to be seen from here."""
    held: list[int] = []
    try:
        held += map(os.pidfd_open, pids)
    except OSError:
        _close(held)
        return ()
    return tuple(held)


def _close(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _any_ended(descriptors: tuple[int, ...]) -> bool:
    poller = select.poll()
    for descriptor in descriptors:
        poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(0))
