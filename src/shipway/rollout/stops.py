"""Instances that were told to stop and are finishing what they hold.

Nobody waits for them, but who starts the same release again has to know.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from shipway.model.names import Scope
from shipway.model.workload import Instance
from shipway.ports import Engine


class BackgroundStops:
    """The stops that go on in this process, by what they belong to."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._going_on: dict[Scope, threading.Thread] = {}

    def begin(self, engine: Engine, scope: Scope, instances: Sequence[Instance]) -> None:
        """Stop the scope's instances, unless a stop of it goes on already."""
        with self._guard:
            last = self._going_on.get(scope)
            if last is not None and last.is_alive():
                return
            thread = threading.Thread(
                target=engine.stop, args=(instances,), name=f"stop-{scope}", daemon=True
            )
            self._going_on[scope] = thread
            thread.start()

    def going_on(self, scope: Scope) -> bool:
        """Return whether instances of the scope are still finishing what they hold."""
        with self._guard:
            last = self._going_on.get(scope)
            return last is not None and last.is_alive()
