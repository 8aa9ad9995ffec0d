"""The named volumes of an environment: made when missing, removed only on a person's word."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from shipway.engines.docker import names
from shipway.engines.docker.mounts import NamedVolume
from shipway.engines.docker.transport import ApiError, Transport
from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.ports_backup import HeldVolume


def ensure_volume(transport: Transport, volume: NamedVolume) -> None:
    """Ensure that the volume exists.

    Raises Problem `volume-missing` for an external one that does not, `name-taken` where
    one of that name belongs to somebody else.
    """
    if volume.external:
        try:
            transport.get(f"/volumes/{volume.name}")
        except ApiError as error:
            if error.status != 404:
                raise
            raise Problem(
                "volume-missing",
                f"The external volume {volume.name} does not exist.",
                hints=[f"docker volume create {volume.name}"],
            ) from error
        return
    body = {
        "Name": volume.name,
        "Driver": volume.driver,
        "DriverOpts": dict(volume.options),
        "Labels": dict(volume.labels),
    }
    made = transport.call("POST", "/volumes/create", body=body).json()
    labels = made.get("Labels") or {}
    if any(labels.get(key) != volume.labels[key] for key in (names.PROJECT, names.ENVIRONMENT)):
        raise Problem(
            "name-taken",
            f"A volume called {volume.name} exists and is not Shipway's.",
            hints=[f"declare it with `external: true` and `name: {volume.name}` to use it"],
        )


def remove_volumes(
    transport: Transport, environment: EnvironmentId, *, only: str | None = None
) -> tuple[str, ...]:
    """Ensure that the environment's own volumes, or one of them, are gone; return their names."""
    every = sorted(str(volume["Name"]) for volume in _own(transport, environment))
    removed = tuple(name for name in every if only in {None, name})
    for name in removed:
        try:
            transport.call("DELETE", f"/volumes/{quote(name)}")
        except ApiError as error:
            if error.status != 404:
                raise
    return removed


def held_volumes(transport: Transport, environment: EnvironmentId) -> tuple[HeldVolume, ...]:
    """Return the environment's own volumes, and where this machine sees them."""
    prefix = names.volume_name(environment, "")
    found = []
    for volume in sorted(_own(transport, environment), key=lambda item: str(item["Name"])):
        folder = Path(str(volume["Mountpoint"]))
        name = str(volume["Name"]).removeprefix(prefix)
        found.append(HeldVolume(name=name, folder=folder if _may_read(folder) else None))
    return tuple(found)


def _own(transport: Transport, environment: EnvironmentId) -> list[dict[str, Any]]:
    labels = [f"{names.PROJECT}={environment.project}", f"{names.ENVIRONMENT}={environment.name}"]
    found = transport.get("/volumes", filters=json.dumps({"label": labels}))
    return list(found.get("Volumes") or ())


def _may_read(folder: Path) -> bool:
    try:
        os.scandir(folder).close()  # os.access asks for the user, not for the rights of the process
    except OSError:
        return False
    return True


def volume_folder(
    transport: Transport, environment: EnvironmentId, volume: str, declared: Mapping[str, Any]
) -> Path:
    """Return where this machine sees a volume.

    Raises Problem `volume-missing`, `volume-unreadable`.
    """
    own = names.volume_name(environment, volume)
    name = str(declared.get("name") or volume) if declared.get("external") else own
    try:
        folder = Path(str(transport.get(f"/volumes/{name}")["Mountpoint"]))
    except ApiError as error:
        if error.status != 404:
            raise
        raise Problem(
            "volume-missing",
            f"{environment}: the volume {name} does not exist yet.",
            hints=[f"shipway deploy {environment.name}, which makes it"],
        ) from error
    if not _may_read(folder):
        raise Problem(
            "volume-unreadable",
            f"{environment}: the daemon may not look into the volume {name} at {folder}.",
            hints=[
                "sudo shipway install, on the machine of the Docker Engine",
                f"backup: {{exclude: [{volume}]}} in shipway.yaml, to leave it out",
            ],
        )
    return folder
