"""Stopping some services of an environment for a moment, and starting them again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager

from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Role
from shipway.rollout.workloads import release_workload, stateful_workload
from shipway.rollout.world import World


@contextmanager
def paused(world: World, environment: EnvironmentId, services: Collection[str]) -> Iterator[None]:
    """Stop the services while the block runs; they start again however it ends.

    Raises Problem `environment-locked` while a rollout runs.
    """
    if world.store.rollouts.active(environment) is not None:
        raise Problem(
            "environment-locked",
            f"{environment}: a rollout runs. Nothing was changed.",
            hints=["shipway status", "try again when it has ended"],
        )
    live = world.store.placements.live(environment)
    if live is None or not services:
        yield
        return
    app = world.applications.get(live.fingerprint)
    release = world.store.catalog.release(environment.project, live.release)
    engine = world.kit_of(environment).engine
    chosen = [service for service in app.services if service.name in services]
    with ExitStack() as locks:
        for scope in (Scope(environment), Scope(environment, live.release)):
            locks.enter_context(world.scope_locks.of(scope))
        running = [item for item in engine.instances(environment) if item.service in services]
        engine.stop(running)
        try:
            yield
        finally:
            for service in chosen:
                if service.role is Role.STATEFUL:
                    artifact = release.artifacts[service.name]
                    engine.start(stateful_workload(app, service, artifact))
                elif service.role is not Role.JOB:
                    engine.start(release_workload(app, service, release))
