"""What becomes of a release that no longer serves: warm, drained, stopped, removed.

Nothing here is journalled: each look decides from the store and the engine what is due
and ensures it, so a look that was cut short is made good by the next.  Invariant: never
the live release, never one that a running rollout brings in or may go back to, never a
volume.  Others are tended meanwhile: where one deploy follows the next, retired releases
would pile up until the engine runs out of networks and memory.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence

from shipway.model.lifecycle import PlacementEvent, PlacementState
from shipway.model.names import EnvironmentId
from shipway.model.records import Placement
from shipway.model.workload import Artifact
from shipway.rollout.choice import KEPT
from shipway.rollout.connections import connections
from shipway.rollout.routing import apply_routing
from shipway.rollout.steps.hand_over import running, stop_workers_in_background
from shipway.rollout.world import World

log = logging.getLogger("shipway.retirement")


def is_due(world: World, environment: EnvironmentId) -> bool:
    """Return whether `tend` has something to do or to wait for."""
    placements = world.store.placements.in_environment(environment)
    return (
        any(item.state in {PlacementState.WARM, PlacementState.STOPPING} for item in placements)
        or environment.project in world.prunes_owed
        or bool(_surplus(world, placements))
    )


def tend(world: World, environment: EnvironmentId) -> None:
    """Bring every retired release of an environment one step further, where due."""
    # The oldest first: stopping one takes a while, and none may wait for ever.
    for placement in reversed(world.store.placements.in_environment(environment)):
        if placement.state not in {*KEPT, PlacementState.STARTING}:
            continue
        with world.scope_locks.of(placement.scope):
            if not _is_needed(world, placement):
                _tend_placement(world, placement)
    _remove_surplus(world, environment)


def _is_needed(world: World, placement: Placement) -> bool:
    """Return whether a running rollout brings the release in, or may go back to it."""
    active = world.store.rollouts.active(placement.environment)
    return active is not None and placement.release in {active.release, active.previous}


def _tend_placement(world: World, placement: Placement) -> None:
    current = world.store.placements.get(placement.environment, placement.release)
    if current is None:
        return
    if current.state is PlacementState.WARM:
        app = world.applications.get(current.fingerprint)
        stop_workers_in_background(world, current, app)
        if _is_over(world, current):
            current = world.store.placements.advance(
                current.environment, current.release, PlacementEvent.STOP
            )
    if current.state is PlacementState.STOPPING:
        _stop(world, current)


def _is_over(world: World, placement: Placement) -> bool:
    """Return whether a warm release may stop: its time is over and nobody is connected."""
    now = world.clock.now()
    due_at = placement.warm_until or 0.0
    if now < due_at:
        return False
    app = world.applications.get(placement.fingerprint)
    return now >= due_at + app.policy.drain_deadline_s or connections(world, placement) == 0


def _stop(world: World, placement: Placement) -> None:
    kit = world.kit_of(placement.environment)
    kit.engine.stop(running(kit, placement.scope))
    world.store.placements.advance(placement.environment, placement.release, PlacementEvent.STOPPED)
    apply_routing(world)
    world.store.audit.add(
        "shipway", "stop-release", placement.environment, details={"release": placement.label}
    )


def _remove_surplus(world: World, environment: EnvironmentId) -> None:
    """Remove the stopped releases beyond those that are kept for a rollback."""
    for placement in _surplus(world, world.store.placements.in_environment(environment)):
        with world.scope_locks.of(placement.scope):
            # Read anew: a rollback may have brought it back while others were removed.
            current = world.store.placements.get(environment, placement.release)
            if current is None or current.state is not PlacementState.STOPPED:
                continue
            if _is_needed(world, placement):
                continue
            world.kit_of(environment).engine.remove(placement.scope)
            world.store.placements.advance(environment, placement.release, PlacementEvent.REMOVE)
        world.prunes_owed.add(environment.project)
    if environment.project in world.prunes_owed and not _is_busy(world, environment.project):
        world.prunes_owed.discard(environment.project)
        prune(world, environment.project)


def _surplus(world: World, placements: Sequence[Placement]) -> Sequence[Placement]:
    """Return the stopped releases of an environment beyond those that are kept."""
    live = next((item for item in placements if item.state is PlacementState.LIVE), None)
    if live is None:
        return ()
    keep = world.applications.get(live.fingerprint).policy.releases_kept
    earlier = [item for item in placements if item.state in KEPT]
    return [item for item in earlier[keep:] if item.state is PlacementState.STOPPED]


def _is_busy(world: World, project: str) -> bool:
    """Return whether a rollout of the project runs: what it builds is nobody's yet."""
    environments = world.store.catalog.environments(project)
    return any(world.store.rollouts.active(name) is not None for name, _engine in environments)


def prune(world: World, project: str) -> int:
    """Remove artifacts, sources and applications that no kept release needs; return bytes.

    Nothing where a rollout of the project runs; one that begins meanwhile waits for the end.
    """
    with world.pruning:
        return 0 if _is_busy(world, project) else _prune(world, project)


def _prune(world: World, project: str) -> int:
    environments = [name for name, _ in world.store.catalog.environments(project)]
    kept = [
        placement
        for environment in environments
        for placement in world.store.placements.in_environment(environment)
        if placement.state is not PlacementState.REMOVED
    ]
    artifacts = _artifacts_of(world, project, {item.release for item in kept})
    freed = 0
    for kit in {
        world.store.catalog.engine_of(item): world.kit_of(item) for item in environments
    }.values():
        freed += kit.builder.prune(project, artifacts, output=lambda line: log.info("%s", line))
    freed += _prune_sources(world, project, {item.release for item in kept})
    _forget_applications(world)
    return freed


def _artifacts_of(world: World, project: str, numbers: set[int]) -> Sequence[Artifact]:
    return [
        artifact
        for release in world.store.catalog.releases(project)
        if release.number in numbers
        for artifact in release.artifacts.values()
    ]


def _prune_sources(world: World, project: str, numbers: set[int]) -> int:
    commits = {
        release.commit.hash
        for release in world.store.catalog.releases(project)
        if release.number in numbers
    }
    freed = 0
    root = world.tree_of(project, "x").parent
    for tree in root.iterdir() if root.is_dir() else ():
        if tree.name not in commits and not tree.name.startswith("."):
            freed += sum(item.lstat().st_size for item in tree.rglob("*") if item.is_file())
            shutil.rmtree(tree, ignore_errors=True)
    return freed


def _forget_applications(world: World) -> None:
    marks = {
        placement.fingerprint.removeprefix("sha256:")
        for environment, _engine in world.store.catalog.environments()
        for placement in world.store.placements.in_environment(environment)
        if placement.state is not PlacementState.REMOVED
    }
    if not any(
        world.store.rollouts.active(environment)
        for environment, _engine in world.store.catalog.environments()
    ):
        world.applications.forget_all_but(marks)
