"""What a person wants to see at one glance: each environment, what serves, and how it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipway.errors import Problem
from shipway.model.addresses import addresses
from shipway.model.application import Application
from shipway.model.lifecycle import PlacementState
from shipway.model.names import EnvironmentId
from shipway.model.records import Placement, Release, Rollout
from shipway.model.sleep import Sleep
from shipway.model.workload import Health, Instance, InstanceState, Role
from shipway.rollout.choice import earlier_release
from shipway.rollout.connections import connections
from shipway.rollout.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """One service of an environment: how many instances it wants and has."""

    name: str
    role: Role
    wanted: int
    running: int
    restarts: int
    health: Health
    addresses: tuple[str, ...]
    port: int | None

    @property
    def good(self) -> bool:
        """Return whether all of it runs and nothing says it is ill."""
        return self.running >= self.wanted and self.health is not Health.UNHEALTHY


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRelease:
    """An earlier release that is still here."""

    release: Release
    state: PlacementState
    connections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentStatus:
    """One environment.  `problem`: why its engine could not be asked."""

    environment: EnvironmentId
    engine: str
    urls: tuple[str, ...]
    live: Release | None
    live_since: float | None
    services: tuple[ServiceStatus, ...]
    instances: tuple[Instance, ...]
    kept: tuple[KeptRelease, ...]
    rollback_to: str | None
    active: Rollout | None
    last: Rollout | None
    problem: Problem | None = None
    sleep: Sleep | None = None

    @property
    def good(self) -> bool:
        """Return whether something is live and all of it is well."""
        return (
            self.live is not None
            and self.problem is None
            and (self.sleep is not None or all(item.good for item in self.services))
        )


def environment_status(world: World, environment: EnvironmentId, engine: str) -> EnvironmentStatus:
    """Return how an environment is, as its engine and the ingress say right now."""
    try:
        instances = world.kit(engine).engine.instances(environment=environment)
    except Problem as problem:
        return _status(world, environment, engine, (), problem)
    return _status(world, environment, engine, instances, None)


def environment_statuses(world: World, project: str | None = None) -> tuple[EnvironmentStatus, ...]:
    """Return how all environments are, of a project or of the machine; each engine is asked once."""
    asked: dict[str, tuple[Sequence[Instance], Problem | None]] = {}
    found = []
    for environment, engine in world.store.catalog.environments(project):
        if engine not in asked:
            try:
                asked[engine] = (world.kit(engine).engine.instances(), None)
            except Problem as error:
                asked[engine] = ((), error)
        instances, problem = asked[engine]
        own = [item for item in instances if item.scope.environment == environment]
        found.append(_status(world, environment, engine, own, problem))
    return tuple(found)


def _status(
    world: World,
    environment: EnvironmentId,
    engine: str,
    instances: Sequence[Instance],
    problem: Problem | None,
) -> EnvironmentStatus:
    store = world.store
    live = store.placements.live(environment)
    app = world.applications.get(live.fingerprint) if live else None
    earlier = earlier_release(store, environment)
    recent = store.rollouts.recent(environment=environment, limit=1)
    return EnvironmentStatus(
        environment=environment,
        engine=engine,
        urls=addresses(app) if app else (),
        live=store.catalog.release(environment.project, live.release) if live else None,
        live_since=live.live_since if live else None,
        services=_services(app, live, instances),
        instances=tuple(instances),
        kept=_kept(world, environment),
        rollback_to=earlier.label if earlier else None,
        active=store.rollouts.active(environment),
        last=recent[0] if recent else None,
        problem=problem,
        sleep=store.sleeps.get(environment),
    )


def _services(
    app: Application | None, live: Placement | None, instances: Sequence[Instance]
) -> tuple[ServiceStatus, ...]:
    if app is None or live is None:
        return ()
    found = []
    for service in app.services:
        if service.role is Role.JOB:
            continue
        release = None if service.role is Role.STATEFUL else live.release
        own = [
            item
            for item in instances
            if item.service == service.name and item.scope.release == release
        ]
        up = [item for item in own if item.state is InstanceState.RUNNING]
        found.append(
            ServiceStatus(
                name=service.name,
                role=service.role,
                wanted=service.replicas,
                running=len(up),
                restarts=sum(item.restarts for item in own),
                health=_worst([item.health for item in up]),
                addresses=tuple(item.address for item in up if item.address),
                port=service.port,
            )
        )
    return tuple(found)


def _worst(verdicts: Sequence[Health]) -> Health:
    for verdict in (Health.UNHEALTHY, Health.STARTING, Health.HEALTHY):
        if verdict in verdicts:
            return verdict
    return Health.NONE


def _kept(world: World, environment: EnvironmentId) -> tuple[KeptRelease, ...]:
    shown = (PlacementState.WARM, PlacementState.STOPPING, PlacementState.STOPPED)
    return tuple(
        KeptRelease(
            release=world.store.catalog.release(environment.project, placement.release),
            state=placement.state,
            connections=connections(world, placement)
            if placement.state is not PlacementState.STOPPED
            else 0,
        )
        for placement in world.store.placements.in_environment(environment)
        if placement.state in shown and placement.live_since
    )
