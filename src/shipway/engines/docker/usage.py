"""What containers use, from their cgroups: a few small files each, nothing asked of Docker.

Docker's own statistics cost it milliseconds a container; they are asked only where the
cgroups are not to be read (another machine's engine).
"""

from __future__ import annotations

import json
import threading
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


class DockerGauge:
    """Implements the port Gauge for one Docker Engine; safe in several threads."""

    def __init__(
        self, host: str | None = None, *, environ: Mapping[str, str] | None = None
    ) -> None:
        self._transport = Transport(find_endpoint(host, environ))
        self._places: dict[tuple[str, float | None], dict[str, Path]] = {}
        self._lock = threading.Lock()

    def usage(self, instances: Sequence[Instance]) -> Mapping[str, Usage]:
        """Return CPU seconds and bytes of memory by instance; what fails is left out."""
        if not instances:
            return {}
        with ThreadPoolExecutor(AT_ONCE, "docker-usage") as pool:
            found = pool.map(self._of, instances)
            return {
                item.id: usage
                for item, usage in zip(instances, found, strict=True)
                if usage is not None
            }

    def volumes(self, environment: EnvironmentId) -> Sequence[VolumePlace]:
        """Return the environment's volumes, with their mount point on this machine."""
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
        key = (instance.id, instance.started_at)
        if key in self._places:
            return self._places[key]
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
        used = int((memory / "memory.usage_in_bytes").read_text())
        cache = _stat(memory / "memory.stat").get("total_inactive_file", 0)
        cpu = int((places["cpuacct"] / "cpuacct.usage").read_text()) / 1e9
        return Usage(cpu_s=cpu, memory_bytes=used - cache)
    folder = places[""]
    cpu = _stat(folder / "cpu.stat")["usage_usec"] / 1e6
    used = int((folder / "memory.current").read_text())
    cache = _stat(folder / "memory.stat").get("inactive_file", 0)
    return Usage(cpu_s=cpu, memory_bytes=used - cache)


def _stat(path: Path) -> dict[str, int]:
    pairs = (line.split() for line in path.read_text().splitlines())
    return {name: int(value) for name, value in pairs}
