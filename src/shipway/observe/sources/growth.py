"""How fast the disk below each volume fills, and when it is full at this rate.

The rate is the slope of the least squares through the free bytes of up to a week, in steps
of ten minutes: what Prometheus' `deriv` and `predict_linear` do.  It is worked out anew every
ten minutes, from the history, so that a restarted daemon knows it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shipway.model.observe import Point, Reading, SeriesKey, SeriesState
from shipway.observe.figures import duration
from shipway.observe.world import Observatory

DAY_S = 86_400.0
WINDOW_S = 7 * DAY_S
NEEDED_S = 3600.0
ANEW_S = 600.0
FAR_DAYS = 3650.0
SHARES = {"disk": "disk-free", "host-disk": "host-free"}
"""What is told of a disk: the indicator of its share in use, and that of its free bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What is known of a disk's free bytes: for how long, and how they change in a day."""

    watched_s: float
    free_a_day: float = 0.0


class Growth:
    """Remembers the rates.  One thread calls `read`."""

    def __init__(self, world: Observatory) -> None:
        self._world = world
        self._rates: dict[SeriesKey, Rate] = {}
        self._due = 0.0

    def read(self, found: Sequence[Reading]) -> list[Reading]:
        """Return the growth of every disk of which this look's readings tell."""
        now = self._world.clock.now()
        if now >= self._due:
            self._due = now + ANEW_S
            self._rates = self._work_out(now)
        free = {item.key: item.value for item in found if item.key.indicator in SHARES.values()}
        readings: list[Reading] = []
        for item in found:
            name = SHARES.get(item.key.indicator)
            if name is not None and item.key.subject:
                key = SeriesKey(item.key.environment, name, item.key.subject)
                readings += growth(item, free.get(key), self._rates.get(key))
        return readings

    def _work_out(self, now: float) -> dict[SeriesKey, Rate]:
        series = [
            item
            for item in self._world.history.series()
            if item.key.indicator in SHARES.values() and item.seen_at >= now - NEEDED_S
        ]
        if not series:
            return {}
        _step, lines = self._world.history.points(
            [item.id for item in series], now - WINDOW_S, now, at_most=int(WINDOW_S / ANEW_S)
        )
        return {item.key: rate(lines[item.id]) for item in series}


def growth(disk: Reading, free: float | None, known: Rate | None) -> list[Reading]:
    """Return how many bytes a day more are in use on a disk, and in how many days it is full."""
    environment, subject, indicator = disk.key.environment, disk.key.subject, disk.key.indicator
    grows = SeriesKey(environment, f"{indicator}-growth", subject)
    full = SeriesKey(environment, f"{indicator}-full", subject)

    def without(reason: str, state: SeriesState) -> list[Reading]:
        return [
            Reading(key=grows, unit="bytes/day", state=state, reason=reason),
            Reading(key=full, unit="days", state=state, reason=reason),
        ]

    if disk.value is None or free is None:
        return without(disk.reason, disk.state)
    watched_s = known.watched_s if known else 0.0
    if known is None or watched_s < NEEDED_S:
        reason = f"a rate needs {duration(NEEDED_S)} of looks at this disk"
        if watched_s >= 60:
            reason = f"{reason} ({duration(watched_s // 60 * 60)} so far)"
        return without(reason, SeriesState.UNAVAILABLE)
    more = -known.free_a_day
    measured = Reading(key=grows, unit="bytes/day", value=more)
    if more <= 0 or free / more > FAR_DAYS:
        reason = "it does not grow" if more <= 0 else "not within ten years at this rate"
        return [measured, Reading(key=full, unit="days", state=SeriesState.IDLE, reason=reason)]
    return [measured, Reading(key=full, unit="days", value=free / more)]


def rate(points: Sequence[Point]) -> Rate:
    """Return the slope of the least squares through the points that have a value."""
    known = [(point.at, point.mean) for point in points if point.mean is not None]
    if len(known) < 2:
        return Rate(watched_s=0.0)
    begin, base = known[0]
    at = [one[0] - begin for one in known]
    free = [one[1] - base for one in known]
    middle, mean = sum(at) / len(at), sum(free) / len(free)
    width = sum((one - middle) ** 2 for one in at)
    slope = sum((a - middle) * (f - mean) for a, f in zip(at, free, strict=True)) / width
    return Rate(watched_s=at[-1], free_a_day=slope * DAY_S)
