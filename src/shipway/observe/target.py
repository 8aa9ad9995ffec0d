"""What is looked at: an environment that serves, its application and its instances."""

from __future__ import annotations

from dataclasses import dataclass, field

from shipway.errors import Problem
from shipway.model.application import Application, Service
from shipway.model.names import EnvironmentId, Scope
from shipway.model.observe import Reading, SeriesKey, SeriesState
from shipway.model.workload import Instance, InstanceState, Role
from shipway.observe.world import Observatory


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One environment at one look.  problem: why its engine cannot be asked."""

    environment: EnvironmentId
    engine: str
    app: Application
    release: int
    instances: tuple[Instance, ...] = ()
    problem: str = ""
    switched_at: float | None = field(default=None)

    def of(self, service: Service) -> tuple[Instance, ...]:
        """Return the instances that are to serve now: the live release's, or the data's."""
        release = None if service.role is Role.STATEFUL else self.release
        scope = Scope(environment=self.environment, release=release)
        return tuple(
            item for item in self.instances if item.service == service.name and item.scope == scope
        )

    def address(self, service: Service) -> str | None:
        """Return where the first running instance of a service is reached."""
        for item in self.of(service):
            if item.state is InstanceState.RUNNING and item.address:
                return item.address
        return None

    def measured(self, indicator: str, subject: str, value: float, unit: str) -> Reading:
        """Return a reading with a value."""
        key = SeriesKey(self.environment, indicator, subject)
        return Reading(key=key, unit=unit, value=float(value))

    def without(
        self,
        indicator: str,
        subject: str,
        unit: str,
        reason: str,
        state: SeriesState = SeriesState.MISSING,
    ) -> Reading:
        """Return a reading without a value, and why."""
        key = SeriesKey(self.environment, indicator, subject)
        return Reading(key=key, unit=unit, state=state, reason=reason)


def targets(world: Observatory) -> tuple[Target, ...]:
    """Return all environments in which something is live and awake."""
    found = []
    for environment, engine, placement in world.live():
        try:
            app = world.application(placement.fingerprint)
        except Problem:  # the state is damaged: others say so, loudly
            continue
        instances: tuple[Instance, ...] = ()
        problem = ""
        try:
            instances = tuple(world.instances(environment))
        except Problem as error:
            problem = error.message
        found.append(
            Target(
                environment=environment,
                engine=engine,
                app=app,
                release=placement.release,
                instances=instances,
                problem=problem,
            )
        )
    return tuple(found)
