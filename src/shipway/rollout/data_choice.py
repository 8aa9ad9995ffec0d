"""To which moment data goes back, and which databases are meant."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from shipway.errors import Problem
from shipway.model.lifecycle import RolloutState
from shipway.model.names import EnvironmentId, release_label
from shipway.ports_store import Store
from shipway.rollout.choice import KEPT
from shipway.rollout.databases import LiveDatabases
from shipway.rollout.world import World

if TYPE_CHECKING:
    from shipway.model.backup import RestorePoint
    from shipway.rollout.requests import RolloutRequest

ROLLOUTS_LOOKED_AT = 200


def point_name(label: str, rollout: int) -> str:
    """Return the name of the restore point before a rollout's jobs: `before-r42.117`."""
    return f"before-{label}.{rollout}"


def restored_release(store: Store, environment: EnvironmentId) -> int:
    """Return the live release.  Raises Problem `nothing-live`."""
    live = store.placements.live(environment)
    if live is None:
        raise Problem(
            "nothing-live",
            f"{environment}: nothing is live; data is restored under a release.",
            hints=[f"shipway deploy {environment.name}, then restore"],
        )
    return live.release


def restore_record(
    world: World, request: RolloutRequest, environment: EnvironmentId
) -> dict[str, Any]:
    """Return a restore's part of the rollout's request.  Raises Problem."""
    if request.of or request.recover:
        return _files_record(world, request, environment)
    names = database_names(world, environment)
    if request.service is not None and request.service not in names:
        raise Problem(
            "no-database",
            f"{environment} has no PostgreSQL service {request.service}"
            f" (it has: {', '.join(names) or 'none'}).",
        )
    if not names:
        raise Problem("no-database", f"{environment} has no PostgreSQL service.")
    return {
        "at": request.at,
        "point": request.point,
        "services": [request.service] if request.service else list(names),
        "beside": request.beside,
    }


def _files_record(
    world: World, request: RolloutRequest, environment: EnvironmentId
) -> dict[str, Any]:
    port = world.data.file_restores()
    found = port.chosen(environment, () if request.recover else request.of)
    return {
        "files": [{"backup": item.id, "subject": item.subject} for item in found],
        "recover": request.recover,
    }


def rollback_record(world: World, environment: EnvironmentId, release: int) -> dict[str, Any]:
    """Return what is restored by a rollback with data."""
    point = point_before(world, environment, release)
    services = [item.service for item in points_named(world, environment, point.name)]
    return {"at": None, "point": point.name, "services": services, "beside": False}


def point_before(world: World, environment: EnvironmentId, release: int) -> RestorePoint:
    """Return the restore point of the rollout that took the place of `release`.

    Raises Problem `no-restore-point`.
    """
    placement = world.store.placements.get(environment, release)
    since = placement.live_since if placement and placement.live_since else 0.0
    rollouts = world.store.rollouts.recent(environment=environment, limit=ROLLOUTS_LOOKED_AT)
    later = [
        rollout
        for rollout in reversed(rollouts)
        if rollout.created_at > since and rollout.release not in {None, release}
    ]
    for rollout in later:
        if rollout.state is not RolloutState.SUCCEEDED:
            continue
        name = point_name(release_label(rollout.release or 0), rollout.id)
        if found := points_named(world, environment, name):
            return found[0]
    label = release_label(release)
    raise Problem(
        "no-restore-point",
        f"{environment}: no restore point was set when {label} was replaced, so its data cannot"
        " be brought back with it. Nothing was changed.",
        hints=[
            f"shipway rollback {environment.name}   # the release alone",
            "shipway backup restore --at TIME   # the data, to a moment",
        ],
    )


def points_needed(world: World, environment: EnvironmentId) -> frozenset[str]:
    """Return the names of the restore points to which the releases that are kept go back."""
    found = set()
    for placement in world.store.placements.in_environment(environment):
        if placement.state in KEPT and placement.live_since:
            with suppress(Problem):  # of some no point was set
                found.add(point_before(world, environment, placement.release).name)
    return frozenset(found)


def points_named(world: World, environment: EnvironmentId, name: str) -> tuple[RestorePoint, ...]:
    """Return the restore points of this name, one a database."""
    records = world.data.records
    found = records.points(environment) if records else ()
    return tuple(point for point in found if point.name == name)


def database_names(world: World, environment: EnvironmentId) -> tuple[str, ...]:
    """Return the names of the environment's PostgreSQL services."""
    return tuple(item.service for item in LiveDatabases(world).of(environment))
