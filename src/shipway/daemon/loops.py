"""Small loops beside the API: each does one thing again and again, and none ends another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shipway.errors import Problem

log = logging.getLogger("shipway.loops")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Something to do every `every_s` seconds, counted from the end of the last time.

    act must come back: it has deadlines of its own.  Where it returns a number, it is to act again
    in so many seconds.
    """

    name: str
    every_s: float
    act: Callable[[], float | None]


class Loops:
    """Runs loops, each in a thread of its own; rest: what a thread does before it waits."""

    def __init__(self, loops: Sequence[Loop], rest: Callable[[], None] = lambda: None) -> None:
        self._loops = tuple(loops)
        self._rest = rest
        self._ending = threading.Event()
        self._nudges = {loop.name: threading.Event() for loop in self._loops}

    def start(self) -> None:
        """Begin."""
        for loop in self._loops:
            threading.Thread(target=self._run, args=(loop,), name=loop.name, daemon=True).start()

    def stop(self) -> None:
        """End, after what is being done."""
        self._ending.set()
        for nudge in self._nudges.values():
            nudge.set()

    def nudge(self, name: str) -> None:
        """Let the loop called `name` act now."""
        self._nudges[name].set()

    def _run(self, loop: Loop) -> None:
        nudge = self._nudges[loop.name]
        wait_s: float | None = None
        while not self._ending.is_set():
            nudge.wait(loop.every_s if wait_s is None else wait_s)
            nudge.clear()
            if not self._ending.is_set():
                wait_s = guarded(loop.act)
                guarded(self._rest)


def guarded(act: Callable[[], T]) -> T | None:
    """Do it, and return its answer; what goes wrong is logged, and the next time tries again."""
    try:
        return act()
    except Problem as problem:
        log.warning("%s", problem)
    except Exception:  # the edge of a thread
        log.exception("unexpected")
    return None
