"""What the daemon does by itself for rollouts: retiring releases and watching the ingress."""

from __future__ import annotations

import threading
from functools import partial

from shipway.daemon.loops import Loop, guarded
from shipway.model.names import EnvironmentId
from shipway.rollout.idle import Sleeper
from shipway.rollout.issuing import look_after_certificates
from shipway.rollout.previews import end_expired
from shipway.rollout.queues import waiting_work
from shipway.rollout.reconcile import IngressWatch
from shipway.rollout.retirement import is_due, tend
from shipway.rollout.world import World

TEND = "tend"
TEND_S = 3.0
ALIVE_S = 1.0
CERTIFICATES = "certificates"
CERTIFICATES_S = 60.0
SLEEP_S = 0.5
PREVIEWS_S = 10.0
LOOK_TURNS = 6


def rollout_loops(world: World) -> tuple[Loop, ...]:
    """Return the loops; nudge `TEND` to have retired releases looked at now."""
    return (
        Loop(name=TEND, every_s=TEND_S, act=_Tending(world).look),
        Loop(name="ingress", every_s=ALIVE_S, act=_Watching(world).look),
        Loop(
            name=CERTIFICATES,
            every_s=CERTIFICATES_S,
            act=lambda: look_after_certificates(world),
        ),
        Loop(name="previews", every_s=PREVIEWS_S, act=lambda: end_expired(world)),
        Loop(name="sleep", every_s=SLEEP_S, act=Sleeper(world, waiting_work).look),
    )


class _Watching:
    """Asks every second whether the ingress lives, and now and then looks closely."""

    def __init__(self, world: World) -> None:
        self._watch = IngressWatch(world)
        self._turns = 0

    def look(self) -> None:
        self._turns += 1
        if self._turns % LOOK_TURNS:
            self._watch.revive()
        else:
            self._watch.look()


class _Tending:
    """Tends each environment in a thread of its own: a slow stop keeps no other waiting.

    Where nothing is due, which is nearly always, there is no thread either.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._busy: set[EnvironmentId] = set()

    def look(self) -> None:
        for environment, _engine in self._world.store.catalog.environments():
            if environment not in self._busy:
                guarded(partial(self._look_at, environment))

    def _look_at(self, environment: EnvironmentId) -> None:
        if is_due(self._world, environment):
            self._busy.add(environment)
            threading.Thread(
                target=self._tend_one, args=(environment,), name="tend-one", daemon=True
            ).start()

    def _tend_one(self, environment: EnvironmentId) -> None:
        try:
            guarded(lambda: tend(self._world, environment))
        finally:
            self._busy.discard(environment)
