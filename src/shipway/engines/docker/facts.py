"""What a Docker Engine says of itself, and where it differs from one that Shipway likes."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shipway.engines.docker.transport import Transport
from shipway.ports import EngineFacts


def engine_facts(transport: Transport, name: str) -> EngineFacts:
    """Return version, API, storage and disk of the engine."""
    version = transport.get("/version")
    info = transport.get("/info")
    root = str(info.get("DockerRootDir", ""))
    details = {
        "api": ".".join(map(str, transport.api)),
        "host": transport.endpoint.url,
        "storage": str(info.get("Driver", "")),
        "root": root,
        "cgroup": str(info.get("CgroupVersion", "")),
        "cpus": str(info.get("NCPU", "")),
        "memory_bytes": str(info.get("MemTotal", "")),
    }
    if transport.endpoint.local:
        with contextlib.suppress(OSError):
            details["disk_free_bytes"] = str(shutil.disk_usage(Path(root)).free)
    return EngineFacts(
        name=name,
        version=str(version.get("Version", "")),
        details=details,
        notes=notes(info),
    )


def notes(info: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a sentence for each thing that a user should know.  Pure."""
    found = [str(warning) for warning in info.get("Warnings") or ()]
    if any("rootless" in str(option) for option in info.get("SecurityOptions") or ()):
        found.append(
            "The engine is rootless: this machine does not reach the instances' addresses, "
            "so the ingress cannot either."
        )
    if "Docker Desktop" in str(info.get("OperatingSystem")):
        found.append(
            "Docker Desktop keeps the instances in a virtual machine: the ingress does not "
            "reach their addresses."
        )
    if info.get("LiveRestoreEnabled") is False:
        found.append(
            "Instances stop while the Docker Engine itself restarts "
            '(set "live-restore": true in /etc/docker/daemon.json).'
        )
    return tuple(found)
