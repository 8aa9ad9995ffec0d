"""How old something is for retention: by the time in which backups were made.  Pure.

A clock that is set a year ahead makes everything but the newest too old in one moment, and what
has gone does not come back when the clock is set right.  So a stretch in which nothing was saved
counts for a quarter of what is kept at most, whatever the clock says of it: a jump takes a part,
never all.  A server that was off for months keeps its backups longer for the same reason.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import pairwise

from shipway.backup.schedule import longest_wait

SHARE = 0.25
WAITS = 1.5
"""Of the schedule's own longest wait: what is saved once a week ages by weeks."""

Age = Callable[[float], float]


def ages(moments: Iterable[float], now: float, *, step_s: float) -> Age:
    """Return how a moment's age is told, in seconds.

    moments: at which something was saved; those that have not come yet say nothing.
    step_s: what the time between two of them counts for at most.
    """
    known = _until(moments, now)
    left = [0.0] * len(known)
    for index in range(len(known) - 2, -1, -1):
        left[index] = left[index + 1] + min(known[index + 1] - known[index], step_s)

    def age(moment: float) -> float:
        if moment >= now:
            return now - moment
        index = bisect_left(known, moment)
        return left[index] + min(known[index] - moment, step_s)

    return age


def step_for(keep_s: float, *, cron: str, zone: str, now: float) -> float:
    """Return what a stretch in which nothing was saved counts for at most, in seconds."""
    return max(keep_s * SHARE, WAITS * longest_wait(cron, now, zone))


def kept_ages(moments: Iterable[float], now: float, *, keep_s: float, cron: str, zone: str) -> Age:
    """Return how ages are told of what is kept for so long, and saved by that schedule."""
    return ages(moments, now, step_s=step_for(keep_s, cron=cron, zone=zone, now=now))


def longest_gap(
    moments: Iterable[float], now: float, *, since: float
) -> tuple[float, float] | None:
    """Return the longest stretch in which nothing was saved, of those that ended after a moment."""
    found = [gap for gap in pairwise(_until(moments, now)) if gap[1] > since]
    return max(found, key=lambda gap: gap[1] - gap[0], default=None)


def _until(moments: Iterable[float], now: float) -> list[float]:
    """Return the moments that have come, and now, in their order."""
    return sorted({now, *(moment for moment in moments if moment < now)})
