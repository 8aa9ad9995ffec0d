"""What the proxy measured of each request, out of a ring in its memory.

A line costs the proxy about a microsecond and no disk; the ring keeps the last seven
thousand or so.  Reading gives the whole ring, a megabyte, so it is read only where the counts
of requests say that something has ended since it was read last; and as text only behind the
line that was the newest then.  Lines that an old worker writes after a reload are read from it
as long as it lives; what it passed on to the newest is in the ring there.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shipway.ingress.control import Unreachable, processes, raw_answer
from shipway.model.routing import RequestTiming, RequestTimings

SHOW = "show events access"
COUNTS = "show stat -1 1 -1"
"""Of frontends: each request that ends, however it does, is in one of these before its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a worker's ring was left: its newest line, and the counts when nothing was new."""

    newest: bytes | None = None
    resting: bytes = b""


class AccessReader:
    """Reads the rings of the proxy in `directory`, from where it was left the last time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._places: Mapping[int, _Place] = {}
        self._lock = threading.Lock()

    def read(self) -> RequestTimings:
        """Return what is new in all workers' rings."""
        with self._lock:
            requests: list[RequestTiming] = []
            lost = False
            places: dict[int, _Place] = {}
            for pid in self._workers():
                try:
                    lines, overtaken, places[pid] = self._read(pid)
                except Unreachable:  # it has just ended
                    continue
                lost = lost or overtaken
                requests += [one for line in lines if (one := parse_line(line)) is not None]
            self._places = places
        return RequestTimings(requests=tuple(sorted(requests, key=lambda one: one.at)), lost=lost)

    def _read(self, pid: int) -> tuple[list[str], bool, _Place]:
        """Return a worker's new lines, whether some were overtaken, and where it is left."""
        before = self._places.get(pid, _Place())
        counts = raw_answer(self._directory, pid, COUNTS)
        if counts == before.resting:
            return [], False, before
        lines, overtaken = new_lines(raw_answer(self._directory, pid, SHOW), before.newest)
        if lines:  # another may just be written, that was counted already: the ring is read again
            return _decoded(lines), overtaken, _Place(newest=lines[-1])
        return [], overtaken, _Place(newest=before.newest, resting=counts)

    def _workers(self) -> tuple[int, ...]:
        try:
            found = processes(self._directory)
        except Unreachable:
            return ()
        return (*found.old_workers, *((found.worker,) if found.worker else ()))


def new_lines(ring: bytes, last: bytes | None) -> tuple[list[bytes], bool]:
    """Return the lines after `last`, and whether `last` is no longer there.  Pure."""
    if last is None:
        return _lines(ring), False
    at = (b"\n" + ring).rfind(b"\n" + last + b"\n")
    if at < 0:
        return _lines(ring), True
    return _lines(ring[at + len(last) :]), False


def _lines(text: bytes) -> list[bytes]:
    return [line for line in text.split(b"\n") if line]


def _decoded(lines: list[bytes]) -> list[str]:
    return [line.decode(errors="replace") for line in lines]


def parse_line(line: str) -> RequestTiming | None:
    """Read a line of `frontends.ACCESS_FORMAT`; None where it is none, or not a request's end.

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
