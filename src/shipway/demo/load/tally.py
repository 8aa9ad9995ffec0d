"""Counts what becomes of requests and WebSockets, bounded in memory.

One thread counts; any may ask for the result meanwhile.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter

from shipway.demo.load.plan import LoadPlan
from shipway.demo.load.result import Failure, LoadResult, ReleaseSeen, SocketClose

EXAMPLES_KEPT = 20
CLOSES_KEPT = 10_000
RELEASES_KEPT = 1_000


class Latencies:
    """A histogram whose buckets grow by 2 %: percentiles are exact to that."""

    FLOOR_MS = 0.01
    GROWTH = math.log(1.02)

    def __init__(self) -> None:
        self._buckets: Counter[int] = Counter()
        self._count = 0
        self._max_ms = 0.0

    def add(self, ms: float) -> None:
        """Count one answer."""
        self._buckets[
            math.ceil(math.log(max(ms, self.FLOOR_MS) / self.FLOOR_MS) / self.GROWTH)
        ] += 1
        self._count += 1
        self._max_ms = max(self._max_ms, ms)

    def summary(self) -> dict[str, float]:
        """Return p50, p95, p99 and max in milliseconds; 0 where nothing was counted."""
        return {
            "p50": self._percentile(0.50),
            "p95": self._percentile(0.95),
            "p99": self._percentile(0.99),
            "max": round(self._max_ms, 3),
        }

    def _percentile(self, share: float) -> float:
        wanted, seen = share * self._count, 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= wanted:
                upper = self.FLOOR_MS * math.exp(bucket * self.GROWTH)
                return round(min(upper, self._max_ms), 3)
        return 0.0


class Tally:
    """The running account of one load."""

    def __init__(self, plan: LoadPlan) -> None:
        self._lock = threading.Lock()
        self._began_at = time.time()
        self._began = time.monotonic()
        self._seconds_max = int(plan.seconds + plan.timeout_s) + 60
        self._per_second: list[list[int]] = []
        self._latencies = Latencies()
        self._failures: Counter[str] = Counter()
        self._examples: list[Failure] = []
        self._releases: dict[str, ReleaseSeen] = {}
        self._closes: list[SocketClose] = []
        self._answered = 0
        self.open = 0
        self.posts = 0
        self.slow = 0
        self.late_max_s = 0.0
        self.connections_opened = 0
        self.websockets_opened = 0
        self.websockets_open = 0
        self.websockets_cut = 0
        self.websocket_messages = 0

    def answered(self, release: str, latency_s: float | None) -> None:
        """Count a good answer; `latency_s` None: not for the percentiles."""
        with self._lock:
            self._answered += 1
            self._second()[0] += 1
            if latency_s is not None:
                self._latencies.add(latency_s * 1000)
            self._saw(release)

    def _saw(self, release: str) -> None:
        now = time.time()
        seen = self._releases.get(release)
        if seen is None and len(self._releases) >= RELEASES_KEPT:
            return
        self._releases[release] = ReleaseSeen(
            first_at=seen.first_at if seen else now,
            last_at=now,
            answers=seen.answers + 1 if seen else 1,
        )

    def failed(self, reason: str, method: str, path: str) -> None:
        """Count a failure."""
        failure = Failure(at=time.time(), reason=reason, method=method, path=path)
        with self._lock:
            self._failures[reason] += 1
            self._second()[1] += 1
            if len(self._examples) < EXAMPLES_KEPT:
                self._examples.append(failure)

    def websocket_closed(self, release: str, code: int | None) -> None:
        """Count a WebSocket that the other side ended; without a code it was cut."""
        with self._lock:
            self.websockets_cut += code is None
            if len(self._closes) < CLOSES_KEPT:
                self._closes.append(SocketClose(at=time.time(), release=release, code=code))

    def result(self) -> LoadResult:
        """Return the account so far."""
        with self._lock:
            return self._result()

    def _result(self) -> LoadResult:
        failed = sum(self._failures.values())
        return LoadResult(
            began_at=self._began_at,
            ended_at=time.time(),
            requests_total=self._answered + failed,
            requests_failed=failed,
            requests_open=self.open,
            posts_total=self.posts,
            slow_total=self.slow,
            failures=dict(self._failures),
            examples=tuple(self._examples),
            latency_ms=self._latencies.summary(),
            late_max_ms=round(self.late_max_s * 1000, 3),
            connections_opened=self.connections_opened,
            releases=dict(self._releases),
            websockets_opened=self.websockets_opened,
            websockets_open=self.websockets_open,
            websockets_cut_early=self.websockets_cut,
            websocket_messages=self.websocket_messages,
            websocket_closes=tuple(self._closes),
            per_second=tuple((good, bad) for good, bad in self._per_second),
        )

    def _second(self) -> list[int]:
        index = min(int(time.monotonic() - self._began), self._seconds_max)
        while len(self._per_second) <= index:
            self._per_second.append([0, 0])
        return self._per_second[index]
