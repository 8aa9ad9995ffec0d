"""What the daemon does by itself: retiring releases and watching the ingress."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.rollout.reconcile import IngressWatch
from shipway.rollout.retirement import tend
from shipway.rollout.world import World

log = logging.getLogger("shipway.ticker")

TEND_S = 3.0
ALIVE_S = 1.0
LOOK_TURNS = 6


class Ticker:
    """Two small loops; `nudge` makes the next look at retired releases happen at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._watch = IngressWatch(world)
        self._ending = threading.Event()
        self._nudged = threading.Event()
        self._busy: set[EnvironmentId] = set()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._tend, name="tend", daemon=True).start()
        threading.Thread(target=self._look, name="look", daemon=True).start()

    def stop(self) -> None:
        """End, after what is being done."""
        self._ending.set()
        self._nudged.set()

    def nudge(self) -> None:
        """Look at the retired releases now."""
        self._nudged.set()

    def _look(self) -> None:
        turns = 0
        while not self._ending.wait(ALIVE_S):
            turns += 1
            _guarded(self._watch.revive if turns % LOOK_TURNS else self._watch.look)

    def _tend(self) -> None:
        while not self._ending.is_set():
            self._nudged.wait(TEND_S)
            self._nudged.clear()
            for environment, _engine in self._world.store.catalog.environments():
                if environment not in self._busy and not self._ending.is_set():
                    self._busy.add(environment)
                    threading.Thread(
                        target=self._tend_one, args=(environment,), name="tend-one", daemon=True
                    ).start()

    def _tend_one(self, environment: EnvironmentId) -> None:
        try:
            _guarded(lambda: tend(self._world, environment))
        finally:
            self._busy.discard(environment)


def _guarded(act: Callable[[], None]) -> None:
    """Do it; whatever goes wrong is logged, and the next look tries again."""
    try:
        act()
    except Problem as problem:
        log.warning("%s", problem)
    except Exception:  # the edge of a thread
        log.exception("unexpected")
