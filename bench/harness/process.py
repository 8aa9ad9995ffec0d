"""What a process costs: read from /proc."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SHIM = "shim-"
"""In the command line of the process engine's shims, one an instance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A process that has nothing to do, over `seconds`.

    cpu_percent: of one core, children that it waited for included.
    """

    memory_mb: float
    cpu_percent: float
    seconds: float
    threads: int

    def as_dict(self) -> dict[str, Any]:
        """Return JSON."""
        return {
            "memory_mb": self.memory_mb,
            "cpu_percent": self.cpu_percent,
            "seconds": self.seconds,
            "threads": self.threads,
        }


def watch_rest(pid: int, seconds: float) -> Rest:
    """Watch a process for a while; its memory is the largest that was seen."""
    began, cpu = time.monotonic(), cpu_s(pid)
    memory = 0.0
    while (left := began + seconds - time.monotonic()) > 0:
        memory = max(memory, memory_mb(pid))
        time.sleep(min(1.0, left))
    took = time.monotonic() - began
    return Rest(
        memory_mb=round(memory, 1),
        cpu_percent=round(100 * (cpu_s(pid) - cpu) / took, 2),
        seconds=round(took, 1),
        threads=int(_status(pid).get("Threads", "0")),
    )


def memory_mb(pid: int) -> float:
    """Return what a process holds in memory (its resident set)."""
    return int(_status(pid).get("VmRSS", "0 kB").split()[0]) / 1024


def own_share_mb(pid: int) -> float:
    """Return what a process holds in memory, shared pages divided among those that share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and of its children that have ended."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS_PER_S


def processes_of(home: Path, word: str) -> list[int]:
    """Return the processes whose command line names both `home` and `word`."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:  # it has ended
            continue
        if str(home) in line and word in line:
            found.append(int(entry.name))
    return found


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
