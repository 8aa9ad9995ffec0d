"""Server-sent events, and how many may be sent at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator

from shipway.errors import Problem

EVENT_STREAM = "text/event-stream"


def event(name: str, data: str, *, seen: float | None = None) -> str:
    """Return one event; `data` may have several lines.

    seen: a moment or a number that a browser says when it comes back (`Last-Event-ID`).
    """
    mark = "" if seen is None else f"id: {seen!r}\n"
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"{mark}event: {name}\n{lines}\n"


def number(text: str) -> float | None:
    """Return what a browser says it has seen, None where that is no number."""
    try:
        return float(text)
    except ValueError:
        return None


class Seats:
    """A bound on streams that are open at the same time."""

    def __init__(self, count: int) -> None:
        self._free = count

    def taken(self, values: AsyncIterator[str]) -> AsyncIterator[str]:
        """Return the values, with a seat taken while they last.  Raises Problem `too-busy`."""
        if self._free <= 0:
            raise Problem("too-busy", "too many pages are followed at the same time; load again.")
        return self._seated(values)

    async def _seated(self, values: AsyncIterator[str]) -> AsyncIterator[str]:
        self._free -= 1
        try:
            async for value in values:
                yield value
        finally:
            self._free += 1
