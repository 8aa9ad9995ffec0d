"""Whose turn it is at an environment's data: a backup that reads it, or a swap that replaces it.

Invariant: no backup begins while a swap has its turn, and no swap takes it while a backup is
being made.  The daemon alone does both, so a lock of its process is enough; a swap that its
end has cut off asks anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from shipway.errors import Problem
from shipway.model.names import EnvironmentId


@dataclass(slots=True)
class Turns:
    """The turns of all environments; safe in several threads."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _swapping: set[EnvironmentId] = field(default_factory=set)

    @contextmanager
    def beginning(self, environment: EnvironmentId) -> Iterator[None]:
        """Hold swaps off for the moment in which a backup run is begun.

        Raises Problem `environment-locked` where one has its turn.
        """
        with self._lock:
            if environment in self._swapping:
                raise Problem(
                    "environment-locked",
                    f"{environment}: a restore is putting its data into place; no backup was begun.",
                    hints=["shipway status", "try again when it has ended"],
                )
            yield

    def take(self, environment: EnvironmentId, is_saving: Callable[[], bool]) -> bool:
        """Return whether a swap has its turn from now on; not while a backup is being made."""
        with self._lock:
            if is_saving():
                return False
            self._swapping.add(environment)
            return True

    def give(self, environment: EnvironmentId) -> None:
        """Ensure that no swap has its turn."""
        with self._lock:
            self._swapping.discard(environment)
