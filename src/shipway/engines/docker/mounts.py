"""Volumes, binds and tmpfs of a service as the Engine API mounts them.

Invariant: a named volume is the environment's own (`shop.staging.pgdata`), shared by its
releases, unless the Compose file says `external`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shipway.engines.docker import names, units
from shipway.engines.docker.review import API_START_INTERVAL, API_SUBPATH
from shipway.errors import Problem
from shipway.model.workload import MountedFile, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedVolume:
    """A volume that has to exist before an instance is created."""

    name: str
    external: bool
    driver: str = "local"
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def mount_settings(
    workload: Workload, *, files: Sequence[MountedFile], api: tuple[int, int]
) -> dict[str, Any]:
    """Return `Mounts`, `Binds` and `Tmpfs` of HostConfig."""
    mounts: list[dict[str, Any]] = []
    binds: list[str] = []
    for given in _given(workload):
        if _plain_bind(given):
            binds.append(_bind(given))
        else:
            mounts.append(_mount(workload, given, api))
    tmpfs = dict(_tmpfs(workload))
    mounts += _writable_places(workload, files)
    settings: dict[str, Any] = {"Mounts": mounts, "Binds": binds, "Tmpfs": tmpfs}
    return {key: value for key, value in settings.items() if value}


def named_volumes(workload: Workload) -> tuple[NamedVolume, ...]:
    """Return the named volumes that the service mounts, each once."""
    found = {
        given["source"]: _declared(workload, given["source"])
        for given in _given(workload)
        if given.get("type") == "volume" and given.get("source")
    }
    return tuple(found.values())


def masked(workload: Workload, target: str) -> bool:
    """Return whether a file put at `target` before the start is hidden by a tmpfs."""
    places = [path for path, _ in _tmpfs(workload)]
    places += [str(given["target"]) for given in _given(workload) if given.get("type") == "tmpfs"]
    return any(_below(target, place) for place in places)


def _given(workload: Workload) -> list[Mapping[str, Any]]:
    mounts = workload.definition.get("volumes") or []
    for mount in mounts:
        if not isinstance(mount, Mapping):
            raise Problem(
                "invalid-compose",
                f"{workload.service}: the volume {mount!r} is in the short form; "
                "an engine takes Compose's canonical form.",
                hints=["shipway compose config"],
            )
    return list(mounts)


def _mount(workload: Workload, given: Mapping[str, Any], api: tuple[int, int]) -> dict[str, Any]:
    kind = str(given.get("type"))
    mount: dict[str, Any] = {
        "Type": kind,
        "Target": given["target"],
        "ReadOnly": bool(given.get("read_only")),
    }
    if kind == "volume":
        if given.get("source"):
            mount["Source"] = _declared(workload, given["source"]).name
        how = given.get("volume") or {}
        options: dict[str, Any] = {}
        if how.get("nocopy"):
            options["NoCopy"] = True
        if how.get("labels"):
            options["Labels"] = units.mapping(how["labels"])
        if how.get("subpath") and api >= API_SUBPATH:
            options["Subpath"] = how["subpath"]
        if options:
            mount["VolumeOptions"] = options
    elif kind == "bind":
        mount["Source"] = _absolute(given)
        how = given.get("bind") or {}
        options = {"Propagation": how["propagation"]} if how.get("propagation") else {}
        if how.get("recursive") and api >= API_START_INTERVAL:
            options |= _recursion(str(how["recursive"]))
        if options:
            mount["BindOptions"] = options
    elif kind == "tmpfs":
        how = given.get("tmpfs") or {}
        options = {}
        if how.get("size"):
            options["SizeBytes"] = units.size_bytes(how["size"])
        if how.get("mode") is not None:
            options["Mode"] = units.file_mode(how["mode"])
        if options:
            mount["TmpfsOptions"] = options
    else:
        raise Problem(
            "unsupported",
            f"{workload.service}: the mount at {given['target']} is of type {kind}, "
            "which the docker engine does not make.",
            hints=["use a mount of type volume, bind or tmpfs"],
        )
    return mount


def _plain_bind(given: Mapping[str, Any]) -> bool:
    """Return whether the bind is one that only the older `Binds` form can make.

    It alone makes a missing host folder (on every API version) and relabels for SELinux.
    """
    how = given.get("bind") or {}
    wanted = how.get("create_host_path") or how.get("selinux")
    return given.get("type") == "bind" and bool(wanted) and ":" not in str(given["source"])


def _bind(given: Mapping[str, Any]) -> str:
    how = given.get("bind") or {}
    options = ["ro" if given.get("read_only") else "rw"]
    options += [str(how[key]) for key in ("selinux", "propagation") if how.get(key)]
    return f"{_absolute(given)}:{given['target']}:{','.join(options)}"


def _absolute(given: Mapping[str, Any]) -> str:
    source = str(given.get("source") or "")
    if source.startswith("/"):
        return source
    raise Problem(
        "invalid-compose",
        f"The bind mount at {given['target']} has the source {source!r}; "
        "an engine needs an absolute path.",
        hints=["shipway compose config"],
    )


def _recursion(how: str) -> dict[str, bool]:
    return {
        "disabled": {"NonRecursive": True},
        "writable": {"ReadOnlyNonRecursive": True},
        "readonly": {"ReadOnlyForceRecursive": True},
    }.get(how, {})


def _declared(workload: Workload, key: str) -> NamedVolume:
    declared = workload.volumes.get(key) or {}
    if declared.get("external"):
        return NamedVolume(name=str(declared.get("name") or key), external=True)
    environment = workload.scope.environment
    return NamedVolume(
        name=names.volume_name(environment, key),
        external=False,
        driver=str(declared.get("driver") or "local"),
        options=units.mapping(declared.get("driver_opts")),
        labels={
            **units.mapping(declared.get("labels")),
            **names.environment_labels(environment),
        },
    )


def _tmpfs(workload: Workload) -> list[tuple[str, str]]:
    lines = units.listed(workload.definition.get("tmpfs"))
    return [(path, options) for path, _, options in (line.partition(":") for line in lines)]


def _writable_places(workload: Workload, files: Sequence[MountedFile]) -> list[dict[str, Any]]:
    """Return a nameless volume for each folder of files in a read-only root.

    The engine writes nothing into a read-only root, not even before the start; a volume
    takes what the image has in that folder along, and goes when the instance does.
    """
    if not workload.definition.get("read_only"):
        return []
    taken = [str(given["target"]) for given in _given(workload)]
    folders: list[str] = []
    for file in files:
        folder = posixpath.dirname(file.target)
        if folder == "/":
            raise Problem(
                "unsupported",
                f"{workload.service}: read_only leaves no place for the file {file.target}.",
                hints=["mount the file into a folder of its own, such as /run/secrets"],
            )
        if folder not in folders and not any(_below(file.target, place) for place in taken):
            folders.append(folder)
    return [{"Type": "volume", "Target": folder} for folder in folders]


def _below(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")
