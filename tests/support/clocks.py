"""Clocks that a test turns, behind the port Clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class HandClock:
    """Goes only when it is moved, or slept by.  tick: what it goes on each time it is asked."""

    at: float = 1_700_000_000.0
    tick: float = 0.0

    def now(self) -> float:
        self.at += self.tick
        return self.at

    def monotonic(self) -> float:
        return self.now()

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class WakefulClock(HandClock):
    """For what must not sleep."""

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)
