"""Making what runs equal to what the store says: at the daemon's start, and now and then.

The machine may have been restarted, an instance may have come back with another address,
the ingress may have been killed; a rollout may have been cut off before it was journalled.
"""

from __future__ import annotations

import logging

from shipway.errors import Problem
from shipway.model.lifecycle import PlacementState
from shipway.model.names import EnvironmentId
from shipway.model.routing import IngressConfig
from shipway.model.workload import InstanceState, Role, Workload
from shipway.rollout.routing import Facts, apply_routing, facts
from shipway.rollout.sleep import wake, watch_sleep
from shipway.rollout.workloads import stateful_workload, waves
from shipway.rollout.world import World

log = logging.getLogger("shipway.reconcile")

SERVES = (Role.WEB, Role.WORKER, Role.SINGLETON)


def reconcile(world: World) -> None:
    """Ensure that every environment's release runs and that the ingress sends it requests.

    One environment's trouble never keeps another from being served.
    """
    for environment, _engine in world.store.catalog.environments():
        if world.store.rollouts.active(environment) is not None:
            continue
        try:
            if watch_sleep(world, environment):
                wake(world, environment)
            revive(world, environment)
            remove_leftovers(world, environment)
        except Problem as problem:
            log.warning("%s: %s", environment, problem)
    try:
        apply_routing(world)
    except Problem as problem:
        log.warning("ingress: %s", problem)


def revive(world: World, environment: EnvironmentId) -> None:
    """Ensure that the live release of an environment runs, after its stateful services."""
    live = world.store.placements.live(environment)
    if live is None or world.store.sleeps.get(environment) is not None:
        return
    app = world.applications.get(live.fingerprint)
    release = world.store.catalog.release(environment.project, live.release)
    engine = world.kit_of(environment).engine
    workloads: list[Workload] = [
        stateful_workload(
            app,
            service,
            release.artifacts[service.name],
            world.generations.generation(environment, service.name),
        )
        for service in app.of_role(Role.STATEFUL)
    ]
    workloads += [workload for wave in waves(app, release, *SERVES) for workload in wave]
    up = {
        (item.scope, item.service)
        for item in engine.instances(environment=environment)
        if item.state in {InstanceState.RUNNING, InstanceState.RESTARTING}
    }
    for workload in workloads:
        if (workload.scope, workload.service) not in up:
            log.info("%s: starting %s again", environment, workload.service)
            engine.start(workload)


def remove_leftovers(world: World, environment: EnvironmentId) -> None:
    """Remove instances of releases that have no business here any more."""
    known = {
        item.release
        for item in world.store.placements.in_environment(environment)
        if item.state is not PlacementState.REMOVED
    }
    engine = world.kit_of(environment).engine
    strangers = {
        item.scope
        for item in engine.instances(environment=environment)
        if item.scope.release is not None and item.scope.release not in known
    }
    for scope in strangers:
        log.info("removing what is left of %s", scope)
        engine.remove(scope)


class IngressWatch:
    """Sees to it that the ingress runs and knows each instance's present address."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._last: IngressConfig | None = None
        self._facts: Facts | None = None

    def look(self) -> None:
        """Apply the wanted configuration where it differs from what was last applied."""
        with self._world.ingress_lock:
            found = facts(self._world)
            # mostly nothing has changed, and the same would follow from it
            config = self._last if found == self._facts else None
            if config is None:
                config = found.config()
            if config != self._last or self._is_down(config):
                self._apply(config)
            self._facts = found

    def revive(self) -> None:
        """Bring back an ingress that was killed; next to nothing where it runs."""
        last = self._last
        if last is not None and self._is_down(last):
            self.look()

    def _is_down(self, config: IngressConfig) -> bool:
        return bool(config.listeners) and not self._world.ingress.alive()

    def _apply(self, config: IngressConfig) -> None:
        if config.listeners or self._world.ingress.alive():
            self._world.ingress.apply(config)
        self._last = config
