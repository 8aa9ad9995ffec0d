"""The machine: CPU, memory, disk."""

from __future__ import annotations

import os
from pathlib import Path

from shipway.model.observe import Reading, SeriesKey, SeriesState


class Host:
    """Reads /proc; CPU is the share since the last look."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._last: tuple[int, int] | None = None

    def read(self) -> list[Reading]:
        """Return the machine's readings."""
        return [*self._cpu(), *_memory(), *_disk(self._home)]

    def _cpu(self) -> list[Reading]:
        fields = [
            int(item) for item in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
        ]
        idle, total = fields[3] + fields[4], sum(fields[:8])
        last, self._last = self._last, (idle, total)
        key = SeriesKey(None, "host-cpu")
        if last is None or total == last[1]:
            return [Reading(key=key, unit="%", state=SeriesState.IDLE, reason="the first look")]
        busy = 1 - (idle - last[0]) / (total - last[1])
        load = os.getloadavg()[0]
        return [
            Reading(key=key, unit="%", value=100 * busy),
            Reading(key=SeriesKey(None, "host-load"), unit="", value=load),
        ]


def _memory() -> list[Reading]:
    values = {}
    for line in Path("/proc/meminfo").read_text().splitlines():
        name, _, rest = line.partition(":")
        values[name] = int(rest.split()[0])
    used = 1 - values["MemAvailable"] / values["MemTotal"]
    return [Reading(key=SeriesKey(None, "host-memory"), unit="%", value=100 * used)]


def _disk(home: Path) -> list[Reading]:
    readings = []
    for path in dict.fromkeys(("/", _mount(home))):
        share, free = disk_share(Path(path))
        readings.append(Reading(key=SeriesKey(None, "host-disk", path), unit="%", value=share))
        readings.append(Reading(key=SeriesKey(None, "host-free", path), unit="bytes", value=free))
    return readings


def disk_share(path: Path) -> tuple[float, float]:
    """Return (percent used as `df` says, bytes free for ordinary users)."""
    facts = os.statvfs(path)
    used = facts.f_blocks - facts.f_bfree
    share = 100 * used / (used + facts.f_bavail) if used + facts.f_bavail else 0.0
    return share, float(facts.f_bavail * facts.f_frsize)


def _mount(path: Path) -> str:
    path = path.resolve()
    while not path.is_mount():
        path = path.parent
    return str(path)
