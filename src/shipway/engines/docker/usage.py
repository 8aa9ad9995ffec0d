"""What containers use, from their cgroups: a few small files each, nothing asked of Docker.

Docker's own statistics cost it milliseconds a container; they are asked only where the
cgroups are not to be read (another machine's engine).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from shipway.engines.docker import names
from shipway.engines.docker.endpoint import find_endpoint
from shipway.engines.docker.transport import ApiError, Transport
from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.workload import Instance
from shipway.ports_observe import Usage, VolumePlace

CGROUPS = Path("/sys/fs/cgroup")
AT_ONCE = 4
PLACES_MAX = 4096
VOLUMES_S = 60.0
"""For so long an environment's volumes are the same, unless a container begins to run."""


class DockerGauge:
    """Implements the port Gauge for one Docker Engine; safe in several threads."""

    def __init__(
        self, host: str | None = None, *, environ: Mapping[str, str] | None = None
    ) -> None:
        self._transport = Transport(find_endpoint(host, environ))
        self._places: dict[tuple[str, float | None], dict[str, Path]] = {}
        self._volumes: dict[EnvironmentId, tuple[float, Sequence[VolumePlace]]] = {}
        self._lock = threading.Lock()

    def usage(self, instances: Sequence[Instance]) -> Mapping[str, Usage]:
        """Return CPU seconds and bytes of memory by instance; what fails is left out."""
        found = {item.id: self._of(item) for item in instances if self._places.get(_run(item))}
        asked = [item for item in instances if item.id not in found]
        if asked:
            with ThreadPoolExecutor(AT_ONCE, "docker-usage") as pool:
                ids = (item.id for item in asked)
                found.update(zip(ids, pool.map(self._of, asked), strict=True))
        return {key: usage for key, usage in found.items() if usage is not None}

    def volumes(self, environment: EnvironmentId) -> Sequence[VolumePlace]:
        """Return the environment's volumes, with their mount point on this machine."""
        asked_at, known = self._volumes.get(environment, (0.0, None))
        now = time.monotonic()
        if known is None or now - asked_at >= VOLUMES_S:
            known = self._ask_volumes(environment)
            self._volumes[environment] = now, known
        return known

    def _ask_volumes(self, environment: EnvironmentId) -> Sequence[VolumePlace]:
        labels = [
            f"{names.PROJECT}={environment.project}",
            f"{names.ENVIRONMENT}={environment.name}",
        ]
        answer = self._transport.get("/volumes", filters=json.dumps({"label": labels}))
        local = self._transport.endpoint.local
        return [_place(volume, local=local) for volume in answer.get("Volumes") or ()]

    def _of(self, instance: Instance) -> Usage | None:
        try:
            places = self._find(instance)
            if places:
                return _read(places)
            return self._ask(instance)
        except (ApiError, Problem, OSError, ValueError, KeyError):
            return None

    def _find(self, instance: Instance) -> dict[str, Path]:
        """Return the directories of the container's cgroup, looked up once a run."""
        key = _run(instance)
        if key in self._places:
            return self._places[key]
        self._volumes.clear()  # whatever begins to run may have brought one
        places: dict[str, Path] = {}
        if self._transport.endpoint.local:
            pid = self._transport.get(f"/containers/{instance.id}/json")["State"]["Pid"]
            places = _cgroups(int(pid))
        with self._lock:
            if len(self._places) >= PLACES_MAX:
                self._places.clear()
            self._places[key] = places
        return places

    def _ask(self, instance: Instance) -> Usage:
        told: Any = self._transport.get(
            f"/containers/{instance.id}/stats", **{"stream": "false", "one-shot": "true"}
        )
        memory = told["memory_stats"]
        cache = (memory.get("stats") or {}).get("inactive_file", 0)
        return Usage(
            cpu_s=told["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9,
            memory_bytes=int(memory["usage"]) - int(cache),
        )


def _run(instance: Instance) -> tuple[str, float | None]:
    return instance.id, instance.started_at


def _place(volume: Mapping[str, Any], *, local: bool) -> VolumePlace:
    name = str(volume["Name"])
    short = name.rpartition(".")[2] or name
    if not local:
        return VolumePlace(name=short, path=None, reason="it lies on another machine")
    return VolumePlace(name=short, path=Path(str(volume["Mountpoint"])))


def _cgroups(pid: int) -> dict[str, Path]:
    """Return the readable directories: `` (unified), or cpuacct and memory (version 1)."""
    found: dict[str, Path] = {}
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _number, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            base = CGROUPS / controllers if controllers else CGROUPS
            folder = base / path.lstrip("/")
            wanted = {"": "cpu.stat", "cpuacct": "cpuacct.usage", "memory": "memory.usage_in_bytes"}
            if controller in wanted and path != "/" and (folder / wanted[controller]).exists():
                found[controller] = folder
    complete = "" in found or {"cpuacct", "memory"} <= set(found)
    return found if complete else {}


def _read(places: Mapping[str, Path]) -> Usage:
    if "cpuacct" in places:
        memory = places["memory"]
        used = int(_content(f"{memory}/memory.usage_in_bytes"))
        cache = _figure(f"{memory}/memory.stat", b"total_inactive_file") or 0
        cpu = int(_content(f"{places['cpuacct']}/cpuacct.usage")) / 1e9
        return Usage(cpu_s=cpu, memory_bytes=used - cache)
    folder = places[""]
    microseconds = _figure(f"{folder}/cpu.stat", b"usage_usec")
    if microseconds is None:
        raise KeyError("usage_usec")
    used = int(_content(f"{folder}/memory.current"))
    cache = _figure(f"{folder}/memory.stat", b"inactive_file") or 0
    return Usage(cpu_s=microseconds / 1e6, memory_bytes=used - cache)


def _figure(path: str, name: bytes) -> int | None:
    """Return one figure of a file with a name and a figure a line; None where it has none."""
    content = b"\n" + _content(path)
    at = content.find(b"\n%s " % name)
    return None if at < 0 else int(content[at + len(name) + 2 :].partition(b"\n")[0])


def _content(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - dozens at each look
        return file.read()
