"""Whose turn it is to look at an environment: one at a time, and who makes way for whom.

Owns the locks.  Invariant: a run of all checks that somebody asked for is counted before it
waits, so that a look which nobody asked for can end early and leave it the place.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from shipway.errors import Problem
from shipway.model.names import EnvironmentId

WAIT_S = 45.0


class Turns:
    """The turns of all environments."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._going: dict[EnvironmentId, threading.Lock] = {}
        self._whole: Counter[EnvironmentId] = Counter()

    @contextmanager
    def held(self, environment: EnvironmentId) -> Iterator[None]:
        """Let nobody else look meanwhile; who does so already is waited for.

        Raises Problem `checks-busy`.
        """
        lock = self._lock(environment)
        if not lock.acquire(timeout=WAIT_S):
            raise Problem(
                "checks-busy",
                f"the checks of {environment} are being run by somebody else for "
                f"{WAIT_S:g} s already.",
                hints=[f"shipway check {environment.name}, again"],
            )
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def whole(self, environment: EnvironmentId) -> Iterator[None]:
        """Do as `held`, for a run of all checks that somebody asked for."""
        with self._guard:
            self._whole[environment] += 1
        with self.held(environment):
            yield

    def count(self, environment: EnvironmentId) -> int:
        """Return how many runs of all checks have been asked for so far."""
        with self._guard:
            return self._whole[environment]

    def await_end(self, environment: EnvironmentId) -> None:
        """Wait for who looks just now, but not for ever."""
        lock = self._lock(environment)
        if lock.acquire(timeout=WAIT_S):
            lock.release()

    def _lock(self, environment: EnvironmentId) -> threading.Lock:
        with self._guard:
            return self._going.setdefault(environment, threading.Lock())
