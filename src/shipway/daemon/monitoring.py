"""What the daemon does by itself for checks: monitored journeys, and old evidence."""

from __future__ import annotations

from functools import partial

from shipway.checks.live.monitors import Monitors
from shipway.daemon.loops import Loop, guarded
from shipway.model.application import Application
from shipway.model.condition import Condition
from shipway.model.names import EnvironmentId
from shipway.rollout.world import World

LOOK_S = 5.0
PRUNE_S = 3600.0


def monitor_loops(world: World, monitors: Monitors) -> tuple[Loop, ...]:
    """Return the loops."""

    def look() -> None:
        for app in live_applications(world):
            quiet = _quiet(world, app.environment)
            if quiet and any(journey.monitor_s is not None for journey in app.journeys):
                guarded(partial(monitors.go_due, app))

    def prune() -> None:
        world.store.evidence.prune(world.clock.now())

    return (
        Loop(name="journeys", every_s=LOOK_S, act=look),
        Loop(name="evidence", every_s=PRUNE_S, act=prune),
    )


def _quiet(world: World, environment: EnvironmentId) -> bool:
    """Return whether nothing is rolled out there, and nobody would be woken."""
    asleep = world.store.sleeps.get(environment) is not None
    return world.store.rollouts.active(environment) is None and not asleep


def monitor_conditions(world: World, monitors: Monitors) -> tuple[Condition, ...]:
    """Return what the monitored journeys of all environments say to be wrong now."""
    return tuple(item for app in live_applications(world) for item in monitors.conditions(app))


def live_applications(world: World) -> tuple[Application, ...]:
    """Return what is live, environment by environment."""
    placements = (
        world.store.placements.live(environment)
        for environment, _engine in world.store.catalog.environments()
    )
    return tuple(world.applications.get(item.fingerprint) for item in placements if item)
