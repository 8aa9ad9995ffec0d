"""A load, and when it failed: its account read every 50 ms."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from shipway.demo.load import LoadPlan, LoadResult, start_load

WINDOW_S = 0.05


class Watched:
    """A load under way, and the moments at which it failed.

    A window of 50 ms in which a request failed counts as failing: what a user of the
    application would call down.
    """

    def __init__(self, plan: LoadPlan) -> None:
        self._load = start_load(plan)
        self._windows: list[tuple[float, int]] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> LoadResult:
        """End the load; return its account.  Safe to repeat."""
        result = self._load.stop()
        self._ending.set()
        self._thread.join(5)
        return result

    def snapshot(self) -> LoadResult:
        """Return the account so far."""
        return self._load.snapshot()

    def failed(self, begin: float, end: float) -> int:
        """Return how many requests failed between two moments (seconds since the epoch)."""
        return sum(count for at, count in self._windows if begin <= at < end)

    def failing_s(self, begin: float, end: float) -> float:
        """Return for how many seconds requests failed between two moments."""
        return WINDOW_S * sum(1 for at, _ in self._windows if begin <= at < end)

    def last_failure(self, begin: float, end: float) -> float | None:
        """Return the last moment at which a request failed between two others."""
        return max((at for at, _ in self._windows if begin <= at < end), default=None)

    def await_calm(self, calm_s: float, timeout_s: float) -> bool:
        """Wait until nothing failed for `calm_s`; return False where it never came."""
        until = time.time() + timeout_s
        while (now := time.time()) < until:
            last = self.last_failure(0, now + 1)
            if last is None or now - last >= calm_s:
                return True
            time.sleep(WINDOW_S)
        return False

    def _look(self) -> None:
        seen = 0
        while not self._ending.wait(WINDOW_S):
            failed = self._load.snapshot().requests_failed
            if failed > seen:
                self._windows.append((time.time(), failed - seen))
            seen = failed
