"""What instances use of the machine, from /proc: one pass over all processes for all of them.

An instance's processes are those of its sessions (its shim's, and its own).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from shipway.engines.process.layout import Layout
from shipway.engines.process.supervise import read_state
from shipway.model.names import EnvironmentId
from shipway.model.workload import Instance
from shipway.ports_observe import Usage, VolumePlace

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class ProcessGauge:
    """Implements the port Gauge for the process engine's directory."""

    def __init__(self, state: Path) -> None:
        self._layout = Layout(state.resolve())

    def usage(self, instances: Sequence[Instance]) -> Mapping[str, Usage]:
        """Return CPU seconds and resident bytes by instance."""
        owners: dict[int, str] = {}
        for item in instances:
            state = read_state(self._layout.place(item.scope, item.service, item.index))
            if state is not None and state.alive:
                owners[state.shim] = owners[state.pid] = item.id
        if not owners:
            return {}
        cpu: dict[str, float] = {}
        memory: dict[str, int] = {}
        for name in os.listdir("/proc"):  # noqa: PTH208 - hundreds of names, every few seconds
            if not name.isdigit():
                continue
            found = _read(name)
            owner = owners.get(found[0]) if found else None
            if found is None or owner is None:
                continue
            cpu[owner] = cpu.get(owner, 0.0) + found[1]
            memory[owner] = memory.get(owner, 0) + found[2]
        return {key: Usage(cpu_s=cpu[key], memory_bytes=memory[key]) for key in cpu}

    def volumes(self, environment: EnvironmentId) -> Sequence[VolumePlace]:
        """Return the environment's volumes."""
        return [
            VolumePlace(name=path.name.rpartition(".")[2], path=path)
            for path in self._layout.volumes_of(environment)
        ]


def _read(pid: str) -> tuple[int, float, int] | None:
    """Return (session, CPU seconds with those of ended children, resident bytes)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - hundreds at each look
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    ticks = sum(int(fields[at]) for at in (11, 12, 13, 14))
    return int(fields[3]), ticks / TICKS, int(fields[21]) * PAGE
