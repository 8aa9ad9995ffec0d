"""What instances use of the machine, from /proc.

An instance's processes are its shim's descendants: it adopts whatever loses its parent, and
a server may give each of its processes a session of its own, as PostgreSQL does.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from shipway.engines.process.layout import Layout
from shipway.engines.process.supervise import read_state
from shipway.model.names import EnvironmentId
from shipway.model.workload import Instance
from shipway.ports_observe import Usage, VolumePlace

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

Children = Callable[[int], Iterable[int]]


class ProcessGauge:
    """Implements the port Gauge for the process engine's directory."""

    def __init__(self, state: Path) -> None:
        self._layout = Layout(state.resolve())

    def usage(self, instances: Sequence[Instance]) -> Mapping[str, Usage]:
        """Return CPU seconds and resident bytes by instance."""
        found: dict[str, Usage] = {}
        children = _children if _tells_children() else _family().__getitem__
        for item in instances:
            state = read_state(self._layout.place(item.scope, item.service, item.index))
            if state is not None and state.alive:
                found[item.id] = _used(state.shim, children)
        return found

    def volumes(self, environment: EnvironmentId) -> Sequence[VolumePlace]:
        """Return the environment's volumes."""
        return [
            VolumePlace(name=path.name.rpartition(".")[2], path=path)
            for path in self._layout.volumes_of(environment)
        ]


def _used(shim: int, children: Children) -> Usage:
    """Return what a shim and its descendants use; CPU with that of children that have ended."""
    cpu, memory = 0.0, 0
    waiting = [shim]
    for pid in waiting:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - hundreds at each look
                fields = file.read().rpartition(b")")[2].split()
            waiting += children(pid)
        except OSError:  # it has just ended
            continue
        cpu += sum(int(fields[at]) for at in (11, 12, 13, 14)) / TICKS
        memory += int(fields[21]) * PAGE
    return Usage(cpu_s=cpu, memory_bytes=memory)


def _tells_children() -> bool:
    """Return whether this kernel tells a process' children (most do: CONFIG_PROC_CHILDREN)."""
    return Path("/proc/thread-self/children").exists()


def _children(pid: int) -> list[int]:
    """Return the processes that any thread of a process has started."""
    found: list[int] = []
    for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - likewise
        with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:  # noqa: PTH123 - likewise
            found += map(int, file.read().split())
    return found


def _family() -> Mapping[int, Sequence[int]]:
    """Return the children of every process, by a look at all of them."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208 - likewise
        try:
            with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123 - likewise
                fields = file.read().rpartition(b")")[2].split()
        except OSError:  # it has just ended
            continue
        found[int(fields[1])].append(int(name))
    return found
