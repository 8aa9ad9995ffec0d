"""Stopping what uses some data for as long as it is exchanged, and starting it again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager

from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Role
from shipway.rollout.routing import apply_routing
from shipway.rollout.run import Run
from shipway.rollout.steps.services import await_ready, data_workload
from shipway.rollout.workloads import release_workload
from shipway.rollout.world import World
from shipway.saga.step import Watch


@contextmanager
def stopped(world: World, environment: EnvironmentId, services: Collection[str]) -> Iterator[None]:
    """Ensure that no instance of the services runs, of no release, while the block runs."""
    if not services:
        yield
        return
    engine = world.kit_of(environment).engine
    live = world.store.placements.live(environment)
    scopes = [Scope(environment), *([Scope(environment, live.release)] if live else [])]
    with ExitStack() as locks:
        for scope in scopes:
            locks.enter_context(world.scope_locks.of(scope))
        engine.stop([item for item in engine.instances(environment) if item.service in services])
        yield


def start_again(run: Run, services: Collection[str], watch: Watch) -> None:
    """Ensure that the services of the live release run, its data services first, and are routed."""
    chosen = [service for service in run.app.services if service.name in services]
    for service in chosen:
        if service.role is Role.STATEFUL:
            workload = data_workload(run, service)
            run.kit.engine.start(workload)
            await_ready(run, workload, watch)
    for service in chosen:
        if service.role not in {Role.STATEFUL, Role.JOB}:
            run.kit.engine.start(release_workload(run.app, service, run.release))
    if chosen:
        apply_routing(run.world)
