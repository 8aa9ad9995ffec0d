"""What the proxy measured of each request, out of a ring in its memory.

A line costs the proxy about a microsecond and no disk; the ring keeps the last seven
thousand or so.  Reading gives the whole ring, so the number at a line's beginning (it
grows within a worker) tells what is new.  Lines that an old worker writes after a reload
are read from it as long as it lives; what it passed on to the newest is in the ring there.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from shipway.ingress.control import Unreachable, ask_worker, processes
from shipway.model.routing import RequestTiming, RequestTimings

SHOW = "show events access"


class AccessReader:
    """Reads the rings of the proxy in `directory`, from where it was left the last time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._last: Mapping[int, str] = {}
        self._lock = threading.Lock()

    def read(self) -> RequestTimings:
        """Return what is new in all workers' rings."""
        with self._lock:
            requests: list[RequestTiming] = []
            lost = False
            last: dict[int, str] = {}
            for pid, text in self._rings():
                lines, overtaken = new_lines(text, self._last.get(pid))
                lost = lost or overtaken
                requests += [one for line in lines if (one := parse_line(line)) is not None]
                newest = lines[-1] if lines else self._last.get(pid)
                if newest is not None:
                    last[pid] = newest
            self._last = last
        return RequestTimings(requests=tuple(sorted(requests, key=lambda one: one.at)), lost=lost)

    def _rings(self) -> list[tuple[int, str]]:
        try:
            found = processes(self._directory)
        except Unreachable:
            return []
        rings = []
        for pid in (*found.old_workers, *((found.worker,) if found.worker else ())):
            try:
                rings.append((pid, ask_worker(self._directory, pid, SHOW)))
            except Unreachable:  # it has just ended
                continue
        return rings


def new_lines(text: str, last: str | None) -> tuple[list[str], bool]:
    """Return the lines after `last`, and whether `last` is no longer there.  Pure."""
    lines = [line for line in text.splitlines() if line]
    if last is None:
        return lines, False
    for place in range(len(lines) - 1, -1, -1):
        if lines[place] == last:
            return lines[place + 1 :], False
    return lines, True


def parse_line(line: str) -> RequestTiming | None:
    """Read a line of `render.ACCESS_FORMAT`; None where it is none, or not a request's end.

    What an old worker passed on to the newest one is left out: it stands there.
    """
    fields = line.split(" ", 9)
    if len(fields) < 10 or fields[6].startswith("handover:"):
        return None
    _, at, status, response, total, ended, backend, server, method, path = fields
    try:
        taken = ":" not in backend  # by a frontend itself: it has a colon in its name
        return RequestTiming(
            at=float(at),
            backend=backend if taken else "",
            upstream=server.partition(":")[0] if taken and server != "<NOSRV>" else "",
            status=int(status),
            response_s=None if int(response) < 0 else int(response) / 1000,
            total_s=max(0, int(total)) / 1000,
            ended=ended,
            method=method,
            path=path,
        )
    except ValueError:
        return None
