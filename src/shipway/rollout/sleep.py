"""Putting an environment to sleep, and waking it: its stateless instances stop and start.

Asleep, each backend has one upstream, the waker: it takes one connection and never answers
its handshake, so that HAProxy sends nothing and keeps the whole request, while all others
wait in its queue.  Awake again, the instances are opened beside the waker, the held
connection is closed, and HAProxy sends that request, body intact, to an instance.

Every act is safe to repeat, under the environment's own lock; the store says how far it was.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from shipway.errors import Problem
from shipway.model.application import Application, Probe
from shipway.model.names import EnvironmentId, Scope
from shipway.model.records import Placement
from shipway.model.sleep import WAKE_DEADLINE_S, SleepState
from shipway.model.workload import Instance, InstanceState, Role
from shipway.rollout.connections import connections
from shipway.rollout.probe import ask_probe
from shipway.rollout.routing import apply_routing
from shipway.rollout.steps.hand_over import running
from shipway.rollout.steps.services import is_ready
from shipway.rollout.steps.start import each
from shipway.rollout.workloads import stateful_workload, waves
from shipway.rollout.world import World

log = logging.getLogger("shipway.sleep")

STATELESS = (Role.WEB, Role.WORKER, Role.SINGLETON)
LOOK_S = 0.05
LET_GO_S = 0.05
"""The pause in which HAProxy sees that the held connections are closed."""


def fall_asleep(world: World, environment: EnvironmentId, who: str) -> bool:
    """Ensure that the environment sleeps; False where it may not just now.

    Not while a rollout runs, and not where nothing is live.
    """
    with world.scope_locks.of(Scope(environment=environment)):
        live = world.store.placements.live(environment)
        if live is None or world.store.rollouts.active(environment) is not None:
            return False
        known = world.store.sleeps.get(environment)
        if known is not None and known.state is not SleepState.ASLEEP:
            return False
        port = world.wakers.open(environment, known.port if known else None)
        world.store.sleeps.begin(environment, port)
        apply_routing(world)
        _stop(world, live)
        if known is None:
            world.store.audit.add(who, "sleep", environment, details={"release": live.label})
        return True


def wake(world: World, environment: EnvironmentId, who: str = "shipway") -> None:
    """Ensure that the environment is awake; returns when its instances are healthy.

    Where they do not become healthy in time, it counts as awake all the same: its trouble
    is then seen where all trouble is seen.  Raises Problem of the engine or the ingress.
    """
    with world.scope_locks.of(Scope(environment=environment)):
        if world.store.sleeps.get(environment) is None:
            return
        began = time.monotonic()
        world.store.sleeps.advance(environment, SleepState.WAKING)
        live = world.store.placements.live(environment)
        healthy = False
        try:
            if live is not None:
                healthy = _start(world, live)
                world.store.sleeps.advance(environment, SleepState.OPENING)
                apply_routing(world)
        finally:
            world.wakers.release(environment)
            time.sleep(LET_GO_S)
            world.store.sleeps.end(environment)
            apply_routing(world)
            world.wakers.close(environment)
        seconds = round(time.monotonic() - began, 3)
        world.store.audit.add(
            who, "wake", environment, details={"seconds": seconds, "healthy": healthy}
        )


def watch_sleep(world: World, environment: EnvironmentId) -> bool:
    """Ensure, after the daemon's start, that a sleeping environment can be woken.

    Return whether it was waking when the daemon died, and has to be woken now.
    """
    with world.scope_locks.of(Scope(environment=environment)):
        found = world.store.sleeps.get(environment)
        if found is None:
            return False
        port = world.wakers.open(environment, found.port)
        if port != found.port:  # somebody else has taken it
            world.store.sleeps.begin(environment, port)
        live = world.store.placements.live(environment)
        if found.state is SleepState.ASLEEP and live is not None:
            _stop(world, live)  # that may have been cut short
        return found.state is not SleepState.ASLEEP


def _stop(world: World, live: Placement) -> None:
    """Stop the release's instances when nobody is connected any more, or the drain is over."""
    kit = world.kit_of(live.environment)
    app = world.applications.get(live.fingerprint)
    until = time.monotonic() + app.policy.drain_deadline_s
    while connections(world, live) and time.monotonic() < until:
        time.sleep(LOOK_S)
    kit.engine.stop(running(kit, live.scope))
    apply_routing(world)


def _start(world: World, live: Placement) -> bool:
    """Start the release's instances; return whether all became healthy in time."""
    environment = live.environment
    engine = world.kit_of(environment).engine
    app = world.applications.get(live.fingerprint)
    release = world.store.catalog.release(environment.project, live.release)
    stateful = [
        stateful_workload(app, service, release.artifacts[service.name])
        for service in app.of_role(Role.STATEFUL)
    ]
    each(engine.start, stateful)  # they run already, but for a machine that was restarted
    for wave in waves(app, release, *STATELESS):
        each(engine.start, wave)
    until = time.monotonic() + _deadline_s(app)
    while time.monotonic() < until:
        instances = engine.instances(scope=live.scope)
        if all(_is_up(app, name, instances) for name in _web(app)):
            return True
        if any(item.state is InstanceState.EXITED for item in instances):
            break
        time.sleep(LOOK_S)
    log.warning("%s: %s did not become healthy on waking", environment, live.label)
    return False


def _web(app: Application) -> Mapping[str, int]:
    return {service.name: service.replicas for service in app.of_role(Role.WEB)}


def _deadline_s(app: Application) -> float:
    probes = [service.probe or Probe() for service in app.of_role(Role.WEB)]
    return min(WAKE_DEADLINE_S, max((probe.deadline_s for probe in probes), default=60.0))


def _is_up(app: Application, name: str, instances: tuple[Instance, ...]) -> bool:
    service = app.service(name)
    own = [item for item in instances if item.service == name]
    return len(own) >= service.replicas and all(
        ask_probe(service.probe, item.address, service.port)[0]
        if service.probe is not None and service.port is not None and item.address
        else service.probe is None and is_ready(item)
        for item in own
    )


def refuse_sleep(app: Application) -> None:
    """Raise Problem where the environment must not be put to sleep."""
    if app.sleep_after_s is None and app.environment.name == "production":
        raise Problem(
            "production-stays-awake",
            f"{app.environment}: production does not sleep by accident. Nothing was changed.",
            hints=[
                "below environments.production: sleep_after: {after: 1h, production: really}",
                "shipway deploy production, then",
            ],
        )
