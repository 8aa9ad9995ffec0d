"""The disk below each named volume: its share in use, and what is free."""

from __future__ import annotations

from shipway.errors import Problem
from shipway.model.observe import Reading, SeriesState
from shipway.observe.sources.host import disk_share
from shipway.observe.target import Target
from shipway.observe.world import Observatory


def read_disks(world: Observatory, target: Target) -> list[Reading]:
    """Return the readings of the environment's volumes."""
    gauge = world.gauges.get(target.engine)
    if gauge is None:
        return []
    try:
        volumes = gauge.volumes(target.environment)
    except Problem as problem:
        return [target.without("disk", "", "%", problem.message)]
    readings: list[Reading] = []
    for volume in volumes:
        if volume.path is None:
            readings.append(
                target.without("disk", volume.name, "%", volume.reason, SeriesState.UNAVAILABLE)
            )
            continue
        try:
            share, free = disk_share(volume.path)
        except PermissionError:
            reason = f"{volume.path} may not be looked at: Shipway does not run as root"
            readings.append(
                target.without("disk", volume.name, "%", reason, SeriesState.UNAVAILABLE)
            )
        except OSError as error:
            readings.append(target.without("disk", volume.name, "%", str(error)))
        else:
            readings.append(target.measured("disk", volume.name, share, "%"))
            readings.append(target.measured("disk-free", volume.name, free, "bytes"))
    return readings
