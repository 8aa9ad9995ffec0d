"""The heartbeat: an address outside is asked again and again, and notices when that stops.

It beats only while looking works: a daemon whose sampler hangs falls silent on purpose.
"""

from __future__ import annotations

import logging

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.observe.addresses import value_of
from shipway.observe.world import Observatory

log = logging.getLogger("shipway.heart")

DEADLINE_S = 10.0
LOOKS_MISSED = 12


class Heart:
    """Knows when each environment's heartbeat is due.  One thread calls `beat`."""

    def __init__(self, world: Observatory) -> None:
        self._world = world
        self._due: dict[EnvironmentId, float] = {}
        self._well: dict[EnvironmentId, bool] = {}

    def beat(self) -> None:
        """Beat where it is due."""
        now = self._world.clock.monotonic()
        for environment, _engine, placement in self._world.live():
            heartbeat = self._world.application(placement.fingerprint).watching.heartbeat
            if heartbeat is None or self._due.get(environment, 0.0) > now or not self._looking():
                continue
            self._due[environment] = now + heartbeat.every_s
            address = value_of(
                self._world, environment.project, environment.name, heartbeat.variable
            )
            self._tell(environment, self._beat(address, heartbeat.variable))

    def _looking(self) -> bool:
        seen = [series.seen_at for series in self._world.history.series()]
        patience = LOOKS_MISSED * self._world.every_s
        return bool(seen) and self._world.clock.now() - max(seen) < patience

    def _beat(self, address: str | None, variable: str) -> str:
        if address is None:
            return f"the variable {variable} has no value"
        try:
            self._world.notifier.beat(address, deadline_s=DEADLINE_S)
        except Problem as problem:
            return problem.message
        return ""

    def _tell(self, environment: EnvironmentId, wrong: str) -> None:
        """Log a change, not every beat."""
        if self._well.get(environment) is not (not wrong):
            log.info("%s: heartbeat: %s", environment, wrong or "arrives")
        self._well[environment] = not wrong
