"""Generations of a database's data: a restore makes the next one, and the earlier ones stay.

A generation is a named volume of its own, beside the first one: `pgdata`, `pgdata.g2`, ….
Which one a service mounts stands in its workload's definition, so that an engine mounts it
like any other volume.  Pure.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shipway.model.workload import Role, SecretMap, Workload

POSTGRES_HOME = "/var/lib/postgresql"
POSTGRES_IMAGES = frozenset({"postgres", "pgvector", "postgis", "timescaledb", "timescaledb-ha"})
OWN_ALONE = ("container_name", "hostname", "ports", "healthcheck", "depends_on")


def is_postgres(workload: Workload) -> bool:
    """Return whether the workload's image is one of PostgreSQL's."""
    image = str(workload.definition.get("image") or workload.artifact.name)
    name = image.partition("@")[0].rsplit("/", 1)[-1].partition(":")[0]
    return workload.role is Role.STATEFUL and name in POSTGRES_IMAGES


def data_mount(workload: Workload) -> Mapping[str, Any] | None:
    """Return the mount that holds the database's data; None where it has none of its own."""
    data = posixpath.normpath(workload.environment.get("PGDATA") or f"{POSTGRES_HOME}/data")
    mounts = list(workload.definition.get("volumes") or ())
    for mount in mounts:
        target = posixpath.normpath(str(mount["target"]))
        if data == target or data.startswith(f"{target}/"):
            return dict(mount)
    for mount in mounts:
        if posixpath.normpath(str(mount["target"])).startswith(POSTGRES_HOME):
            return dict(mount)
    return None


def data_volume(workload: Workload) -> str:
    """Return the name that the volumes of further generations are made from."""
    mount = data_mount(workload)
    if mount is None or mount.get("type") != "volume" or not mount.get("source"):
        return f"{workload.service}-data"
    return str(mount["source"])


def generation_volume(workload: Workload, generation: int | str) -> str:
    """Return the name of a generation's volume: `pgdata.g2`, `pgdata.drill`."""
    mark = f"g{generation}" if isinstance(generation, int) else generation
    return f"{data_volume(workload)}.{mark}"


def on_generation(workload: Workload, generation: int | str) -> Workload:
    """Return the workload with this generation of its data; the first is as Compose says."""
    if generation == 1:
        return workload
    held = data_mount(workload)
    name = generation_volume(workload, generation)
    target = str(held["target"]) if held else f"{POSTGRES_HOME}/data"
    others = [
        mount
        for mount in workload.definition.get("volumes") or ()
        if held is None or mount["target"] != held["target"]
    ]
    mount: dict[str, Any] = {"type": "volume", "source": name, "target": target}
    declared = dict(workload.volumes.get(str(held.get("source"))) or {}) if held else {}
    if declared.get("external"):
        declared = {}
    declared.pop("name", None)
    return replace(
        workload,
        definition={**workload.definition, "volumes": [*others, mount]},
        volumes={**workload.volumes, name: declared},
    )


def copy_beside(workload: Workload, service: str, generation: int | str) -> Workload:
    """Return the workload of an instance beside, on another generation of the data.

    It has a name of its own, takes nothing that only one can have, and is not restarted:
    what it is for either succeeds or says why not.
    """
    moved = on_generation(workload, generation)
    definition = {key: value for key, value in moved.definition.items() if key not in OWN_ALONE}
    networks = definition.get("networks")
    if isinstance(networks, Mapping):
        definition["networks"] = dict.fromkeys(networks)
    definition |= {"restart": "no", "healthcheck": {"disable": True}}
    definition.pop("deploy", None)
    return replace(
        moved,
        service=service,
        definition=definition,
        environment=SecretMap(workload.environment),
        aliases={},
        replicas=1,
    )
