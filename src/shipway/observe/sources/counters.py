"""By how much counters grew from look to look.  Pure but for what it remembers.

A counter that appears on a page that was read before began at 0: label sets are made when
something first happens, and the first failures are what a ratio is watched for.  (Prometheus
cannot know this and leaves the first value out: a counter that is born at 1 never increased.)
An instance that started after watching began also began at 0: it started afresh, or anew.
Only where nobody looked before does the first value say nothing: it may be a year old.
A counter that fell was reset, as in Prometheus: all that it has is new.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Labels = Mapping[str, str]
Series = tuple[str, tuple[tuple[str, str], ...]]
"""A metric's name and its labels."""

PATIENCE_S = 900.0
"""What was counted while nobody looked for longer than this is of no window any more."""
SERIES_MAX = 5_000
"""Of one instance; further ones are not counted: labels with users' names have no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Increase:
    """One series of one instance, and how much was counted in it since the last look."""

    metric: str
    labels: Labels
    more: float


@dataclass(slots=True, kw_only=True)
class _Page:
    """What an instance's page said when it was read last."""

    at: float
    started_at: float | None
    values: dict[Series, float] = field(default_factory=dict)


class Counters:
    """Remembers the pages of one environment's instances.  One thread at a time."""

    def __init__(self, began_at: float) -> None:
        self._began_at = began_at
        self._pages: dict[str, _Page] = {}

    def read(
        self,
        instance: str,
        started_at: float | None,
        samples: Mapping[str, Sequence[tuple[Labels, float]]],
        now: float,
    ) -> list[Increase]:
        """Return the increases since this instance's page was read last.

        started_at, now: seconds since the epoch.
        """
        before = self._pages.get(instance)
        if before is not None and now - before.at > PATIENCE_S:
            before = None
        page = _Page(at=now, started_at=started_at)
        found: list[Increase] = []
        for metric, items in samples.items():
            for labels, value in items:
                series = (metric, tuple(sorted(labels.items())))
                if len(page.values) >= SERIES_MAX or not math.isfinite(value):
                    continue
                page.values[series] = value
                more = self._more(page, before, series)
                found.append(Increase(metric=metric, labels=labels, more=more))
        self._pages[instance] = page
        self._forget(now)
        return found

    def _more(self, page: _Page, before: _Page | None, series: Series) -> float:
        value = page.values[series]
        if before is None:
            return value if self._fresh(page) else 0.0
        if before.started_at != page.started_at:
            return value
        last = before.values.get(series, 0.0)
        return value - last if value >= last else value

    def _fresh(self, page: _Page) -> bool:
        """Return whether the instance started while its environment was watched already."""
        started = page.started_at
        return started is not None and started > self._began_at and page.at - started <= PATIENCE_S

    def _forget(self, now: float) -> None:
        for instance in [key for key, page in self._pages.items() if now - page.at > PATIENCE_S]:
            del self._pages[instance]
