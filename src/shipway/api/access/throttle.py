"""How often somebody may be wrong: a bounded memory of failures, by name and by address."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

from shipway.errors import Problem
from shipway.ports import Clock

WINDOW_S = 900.0
PER_NAME = 8
PER_ADDRESS = 40
KEYS_MAX = 10_000


class Throttle:
    """Failures of the last quarter of an hour."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, name: str, address: str) -> None:
        """Raise Problem `too-many-attempts` where there were too many failures."""
        with self._lock:
            wait = max(
                self._wait(f"name:{name.lower()}", PER_NAME),
                self._wait(f"address:{address}", PER_ADDRESS),
            )
        if wait > 0:
            raise Problem(
                "too-many-attempts",
                f"too many attempts; try again in {int(wait // 60) + 1} min.",
                hints=["shipway users reset NAME, on the server, gives a new link"],
            )

    def failed(self, name: str, address: str) -> None:
        """Remember a failure."""
        with self._lock:
            for key in (f"name:{name.lower()}", f"address:{address}"):
                self._failures.setdefault(key, deque(maxlen=PER_ADDRESS)).append(
                    self._clock.monotonic()
                )
                self._failures.move_to_end(key)
            while len(self._failures) > KEYS_MAX:
                self._failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forget the failures of a name."""
        with self._lock:
            self._failures.pop(f"name:{name.lower()}", None)

    def _wait(self, key: str, allowed: int) -> float:
        found = self._failures.get(key)
        if found is None:
            return 0.0
        now = self._clock.monotonic()
        while found and found[0] < now - WINDOW_S:
            found.popleft()
        return 0.0 if len(found) < allowed else found[-allowed] + WINDOW_S - now
