"""When an environment has been idle for long enough to sleep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.names import EnvironmentId
from shipway.model.records import Placement
from shipway.model.routing import UpstreamStatus
from shipway.rollout.sleep import fall_asleep
from shipway.rollout.traffic import backend_id
from shipway.rollout.world import World

log = logging.getLogger("shipway.sleep")

LOOKS = 6
"""Looks within the time of idleness: it ends at most a sixth late."""
LOOK_S_MAX = 5.0

Work = Callable[[World, Placement], str | None]
"""Says what work waits for an environment's workers, None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What the ingress has seen of an environment.

    requests: by upstream, since that was added.  connections: open now, WebSockets included.
    """

    requests: frozenset[tuple[str, str, int]]
    connections: int


def activity(app: Application, upstreams: tuple[UpstreamStatus, ...]) -> Activity:
    """Return the environment's activity.  Pure."""
    backends = {backend_id(app, rule.service) for rule in app.routes}
    own = [item for item in upstreams if item.backend in backends]
    return Activity(
        requests=frozenset((item.backend, item.name, item.requests_total) for item in own),
        connections=sum(item.connections for item in own),
    )


class Sleeper:
    """Looks now and then, and puts to sleep what was idle for as long as its owner said.

    A daemon that has just started counts every environment as active now.
    """

    def __init__(self, world: World, work: Work = lambda _world, _live: None) -> None:
        self._world = world
        self._work = work
        self._seen: dict[EnvironmentId, Activity] = {}
        self._active_at: dict[EnvironmentId, float] = {}
        self._next = 0.0

    def look(self) -> float:
        """Look, where it is time to; return in how many seconds it is again."""
        now = self._world.clock.monotonic()
        if now >= self._next:
            self._look(now)
        return max(0.0, self._next - self._world.clock.monotonic())

    def _look(self, now: float) -> None:
        found = [
            (environment, app, live)
            for environment, _engine in self._world.store.catalog.environments()
            if (live := self._world.store.placements.live(environment)) is not None
            and (app := self._world.applications.get(live.fingerprint)).sleep_after_s is not None
            and self._world.store.sleeps.get(environment) is None
        ]
        waits = [app.sleep_after_s or 0.0 for _, app, _ in found]
        self._next = now + min([LOOK_S_MAX, *(wait / LOOKS for wait in waits)])
        if not found:
            return
        upstreams = self._world.ingress.status().upstreams
        for environment, app, live in found:
            if self._is_due(environment, app, live, upstreams, now):
                self._put_to_sleep(environment)

    def _is_due(
        self,
        environment: EnvironmentId,
        app: Application,
        live: Placement,
        upstreams: tuple[UpstreamStatus, ...],
        now: float,
    ) -> bool:
        seen = activity(app, upstreams)
        before = self._seen.get(environment)
        self._seen[environment] = seen
        rollout = self._world.store.rollouts.active(environment) is not None
        if before != seen or seen.connections or rollout:
            self._active_at[environment] = now
            return False
        if now - self._active_at[environment] < (app.sleep_after_s or 0.0):
            return False
        work = self._work(self._world, live)
        if work is not None:
            log.info("%s stays awake: %s", environment, work)
            self._active_at[environment] = now
        return work is None

    def _put_to_sleep(self, environment: EnvironmentId) -> None:
        self._seen.pop(environment)
        try:
            if fall_asleep(self._world, environment, "shipway"):
                log.info("%s sleeps", environment)
        except Problem as problem:
            log.warning("%s: %s", environment, problem)
