"""Named volumes: directories below the state, one each, that their environment owns."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shipway.engines.process.layout import Layout
from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope
from shipway.ports_backup import HeldVolume


def folder_of(
    layout: Layout, environment: EnvironmentId, volume: str, declared: Mapping[str, Any]
) -> Path:
    """Return a volume's directory.  Raises Problem `volume-missing`."""
    if declared.get("external"):
        folder = layout.external_volume(str(declared.get("name") or volume))
    else:
        folder = layout.volume(environment, volume)
    if not folder.is_dir():
        raise Problem(
            "volume-missing",
            f"{environment}: the volume {volume} does not exist yet.",
            hints=[f"shipway deploy {environment.name}, which makes it"],
        )
    return folder


def held_by(layout: Layout, environment: EnvironmentId) -> tuple[HeldVolume, ...]:
    """Return the volumes that the environment owns."""
    prefix = f"{Scope(environment).label}."
    return tuple(
        HeldVolume(name=folder.name.removeprefix(prefix), folder=folder)
        for folder in sorted(layout.volumes_of(environment))
    )


def remove(layout: Layout, environment: EnvironmentId, name: str) -> None:
    """Ensure that one of the environment's volumes is gone."""
    shutil.rmtree(layout.volume(environment, name), ignore_errors=True)


def remove_all(layout: Layout, environment: EnvironmentId) -> tuple[str, ...]:
    """Ensure that the environment's volumes are gone; return the names of their directories."""
    found = layout.volumes_of(environment)
    for volume in found:
        shutil.rmtree(volume)
    return tuple(sorted(volume.name for volume in found))
