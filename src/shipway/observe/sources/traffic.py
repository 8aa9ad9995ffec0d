"""Answers of the ingress by service: P95, requests, errors, and open WebSockets.

The P95 is exact, over a sliding window; long-lived upgraded connections are no answers.
"""

from __future__ import annotations

import math
import random
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope
from shipway.model.observe import Reading, SeriesState
from shipway.observe.target import Target
from shipway.observe.world import Observatory
from shipway.ports_observe import Answer, Traffic

LOOKS = 6
"""The window in looks: a minute, where one looks every 10 s."""
KEPT_MAX = 20_000
"""Timings kept of one backend and look; of more a fair sample is kept."""

NO_TIMINGS = "the ingress tells no timings"
NO_REQUEST = "no request came"


@dataclass(slots=True)
class _Look:
    at: float
    took: list[float] = field(default_factory=list)
    requests: int = 0
    errors: int = 0


class TrafficSource:
    """Remembers the last minute of every backend."""

    def __init__(self, world: Observatory) -> None:
        self._world = world
        self._looks: dict[str, deque[_Look]] = {}
        self._traffic: Traffic | None = None
        self._problem = NO_TIMINGS
        self._window_s = LOOKS * world.every_s
        self._since = world.clock.monotonic()
        self._lock = threading.Lock()

    def listen(self, *, counted: bool) -> None:
        """Take what was answered since the last time: the ingress remembers a few thousand.

        counted: have open WebSockets counted anew.
        """
        if self._world.timings is None:
            return
        try:
            traffic = self._world.timings.traffic(counted=counted)
        except Problem as problem:
            self._traffic, self._problem = None, problem.message
            return
        with self._lock:
            if not counted and self._traffic is not None:
                traffic = replace(traffic, upgraded=self._traffic.upgraded)
            self._keep(traffic)

    def _keep(self, traffic: Traffic) -> None:
        self._traffic = traffic
        now = self._world.clock.monotonic()
        by_backend: dict[str, list[Answer]] = {}
        for answer in traffic.answers:
            by_backend.setdefault(answer.backend, []).append(answer)
        for backend, answers in by_backend.items():
            self._looks.setdefault(backend, deque()).append(_look(now, answers))
        for backend, looks in list(self._looks.items()):
            while looks and looks[0].at <= now - self._window_s:
                looks.popleft()
            if not looks:
                del self._looks[backend]

    def read(self, target: Target) -> list[Reading]:
        """Return the readings of the environment's routed services."""
        readings: list[Reading] = []
        for name in dict.fromkeys(rule.service for rule in target.app.routes):
            if self._traffic is None:
                readings.append(
                    target.without(
                        "api-p95",
                        name,
                        "s",
                        self._problem,
                        SeriesState.UNAVAILABLE
                        if self._world.timings is None
                        else SeriesState.MISSING,
                    )
                )
                continue
            readings += self._of(target, name)
        return readings

    def websockets(self, environment: EnvironmentId) -> int | None:
        """Return the ingress' own count of open WebSockets; None where it has none."""
        upgraded: Mapping[str, int] | None = self._traffic.upgraded if self._traffic else None
        if upgraded is None:
            return None
        prefix = f"{Scope(environment).label}."
        return sum(count for backend, count in upgraded.items() if backend.startswith(prefix))

    def _of(self, target: Target, name: str) -> list[Reading]:
        now = self._world.clock.monotonic()
        with self._lock:
            looks = tuple(self._looks.get(f"{Scope(target.environment).label}.{name}", ()))
        age = min(self._window_s, max(self._world.every_s, now - self._since))
        rate = sum(item.requests for item in looks) / age
        readings = [target.measured("requests", name, rate, "/s")]
        took = sorted(value for item in looks for value in item.took)
        if not took:
            idle = SeriesState.IDLE
            return [
                *readings,
                target.without("api-p95", name, "s", NO_REQUEST, idle),
                target.without("api-errors", name, "%", NO_REQUEST, idle),
            ]
        requests = sum(item.requests for item in looks)
        errors = sum(item.errors for item in looks)
        return [
            *readings,
            target.measured("api-p95", name, percentile(took, 0.95), "s"),
            target.measured("api-p50", name, percentile(took, 0.50), "s"),
            target.measured("api-errors", name, 100 * errors / requests, "%"),
        ]


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile: the smallest value that covers the share."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _look(now: float, answers: Sequence[Answer]) -> _Look:
    took = [item.took_s for item in answers]
    if len(took) > KEPT_MAX:
        took = random.sample(took, KEPT_MAX)
    errors = sum(1 for item in answers if item.status >= 500 or item.status < 100)
    return _Look(at=now, took=took, requests=len(answers), errors=errors)
