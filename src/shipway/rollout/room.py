"""Keeping room on the disk: what no release needs goes when free space falls below the floor.

Only what carries Shipway's labels, and build cache; never a volume, never a release that a
rollback may need.
"""

from __future__ import annotations

import logging
import shutil

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.rollout.retirement import prune
from shipway.rollout.world import World

log = logging.getLogger("shipway.room")

CACHE_KEPT_BYTES = 2_000_000_000


def keep_room(world: World, environment: EnvironmentId) -> None:
    """Free what can be freed where the disk has less than the environment's floor."""
    live = world.store.placements.live(environment)
    if live is None:
        return
    floor = world.applications.get(live.fingerprint).policy.disk_floor_bytes
    before = free_bytes(world)
    if before >= floor:
        return
    kit = world.kit_of(environment)
    freed = prune(world, environment.project)
    try:
        freed += kit.cache.prune_build_cache(CACHE_KEPT_BYTES) if kit.cache else 0
    except Problem as problem:
        log.warning("%s", problem)
    world.store.audit.add(
        "shipway",
        "make-room",
        environment,
        details={"free_before": before, "floor": floor, "freed_bytes": freed},
    )


def free_bytes(world: World) -> int:
    """Return the free bytes of the disk on which Shipway's own directory lies."""
    return shutil.disk_usage(world.home).free
