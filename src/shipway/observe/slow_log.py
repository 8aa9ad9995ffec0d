"""Slow statements heard in PostgreSQL's log, until the next look asks for them."""

from __future__ import annotations

import re
import threading

from shipway.model.logs import LogEntry
from shipway.model.names import EnvironmentId
from shipway.model.own_questions import is_own

DURATION = re.compile(r"\bduration: ([0-9.]+) ms\b")
HEARD_MAX = 100_000


def duration_s(text: str) -> float | None:
    """Return how long the statement of a log line took; None: the line tells of none."""
    match = DURATION.search(text)
    return None if match is None else float(match[1]) / 1000


class SlowLog:
    """Durations by service; safe in several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: dict[tuple[EnvironmentId, str], list[float]] = {}

    def hear(self, environment: EnvironmentId, entry: LogEntry) -> None:
        """Keep the duration of an entry that tells of one."""
        if "duration: " not in entry.text or is_own(entry.text):
            return
        took = duration_s(entry.text)
        if took is None:
            return
        with self._lock:
            heard = self._heard.setdefault((environment, entry.service), [])
            if len(heard) < HEARD_MAX:
                heard.append(took)

    def take(self, environment: EnvironmentId, service: str, threshold_s: float) -> int:
        """Return how many statements were at least so slow since the last call."""
        with self._lock:
            heard = self._heard.pop((environment, service), [])
        return sum(took >= threshold_s for took in heard)
