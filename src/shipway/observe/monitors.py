"""Journeys that are gone again and again while their environment serves.

Each runs in a thread of its own, so that a slow one delays neither the others nor the looks.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from shipway.journeys import run_journey, target_of
from shipway.journeys.result import JourneyResult, Verdict
from shipway.model.application import Application
from shipway.model.journey import Journey
from shipway.model.names import EnvironmentId
from shipway.model.observe import Reading, SeriesState
from shipway.observe.target import Target
from shipway.observe.world import Observatory

log = logging.getLogger("shipway.monitors")

AT_ONCE_MAX = 4
LATE = 3
"""A result older than so many periods says nothing any more."""

Key = tuple[EnvironmentId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Went:
    at: float
    result: JourneyResult


class Monitors:
    """Knows when each journey is due, and how it went the last time."""

    def __init__(self, world: Observatory) -> None:
        self._world = world
        self._due: dict[Key, float] = {}
        self._went: dict[Key, _Went] = {}
        self._slots = threading.BoundedSemaphore(AT_ONCE_MAX)

    def go(self) -> None:
        """Begin the journeys that are due; one that still goes is left alone."""
        now = self._world.clock.monotonic()
        for environment, _engine, placement in self._world.live():
            app = self._world.application(placement.fingerprint)
            for journey in monitored(app, environment):
                key = (environment, journey.name)
                if self._due.get(key, 0.0) <= now and self._slots.acquire(blocking=False):
                    self._due[key] = float("inf")
                    threading.Thread(
                        target=self._one, args=(key, journey, app), name="monitor", daemon=True
                    ).start()

    def read(self, target: Target) -> list[Reading]:
        """Return how the environment's monitored journeys went."""
        readings: list[Reading] = []
        now = self._world.clock.monotonic()
        for journey in monitored(target.app, target.environment):
            went = self._went.get((target.environment, journey.name))
            patience = LATE * (journey.monitor_s or 0.0) + journey.deadline_s
            if went is None or now - went.at > patience:
                state = SeriesState.IDLE if went is None else SeriesState.MISSING
                reason = "it was not gone yet" if went is None else "it has not come to an end"
                readings.append(
                    target.without("journey-failed", journey.name, "failures", reason, state)
                )
                continue
            if went.result.verdict is Verdict.SKIPPED:
                readings.append(
                    target.without(
                        "journey-failed",
                        journey.name,
                        "failures",
                        went.result.reason or "skipped",
                        SeriesState.IDLE,
                    )
                )
                continue
            failed = went.result.verdict is Verdict.FAILED
            readings.append(target.measured("journey-failed", journey.name, failed, "failures"))
            readings.append(target.measured("journey", journey.name, went.result.seconds, "s"))
        return readings

    def _one(self, key: Key, journey: Journey, app: Application) -> None:
        try:
            result = run_journey(journey, target_of(app, self._world.trust(app)))
            if result.verdict is Verdict.FAILED:
                log.warning("%s: journey %s: %s", key[0], key[1], result.failure)
            self._went[key] = _Went(at=self._world.clock.monotonic(), result=result)
        except Exception:  # the edge of a thread
            log.exception("while going the journey %s", key[1])
        finally:
            self._due[key] = self._world.clock.monotonic() + (journey.monitor_s or 60.0)
            self._slots.release()


def monitored(app: Application, environment: EnvironmentId) -> tuple[Journey, ...]:
    """Return the journeys that are monitors in an environment."""
    return tuple(
        item
        for item in app.journeys
        if item.monitor_s is not None and item.goes_in(environment.name)
    )
