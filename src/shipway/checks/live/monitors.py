"""Journeys that go by themselves: which are due, and what their last failure means.

Owns when a monitored journey goes.  What becomes of a condition (incidents, notifications)
is observation's.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.live.use import Checking
from shipway.model.application import Application
from shipway.model.condition import Condition, Level
from shipway.model.evidence import Evidence, Result
from shipway.model.journey import Journey
from shipway.model.names import EnvironmentId
from shipway.model.words import Words
from shipway.ports import Clock
from shipway.ports_store import Store


class Monitors:
    """The monitored journeys of one environment after the other."""

    def __init__(self, checking: Checking, store: Store, clock: Clock) -> None:
        self._checking = checking
        self._store = store
        self._clock = clock

    def go_due(self, app: Application) -> None:
        """Go the journeys of a live application whose time has come.

        A smoke run or a person's run counts too: the pause begins anew.
        """
        due = [item.name for item in app.journeys if self._is_due(app.environment, item)]
        if due:
            only = tuple(f"journey.{name}" for name in due)
            self._checking.run(app.environment, only=only, thorough=False)

    def conditions(self, app: Application) -> Iterator[Condition]:
        """Yield a condition for each monitored journey that failed when it went last."""
        for journey in app.journeys:
            last = self._last(app.environment, journey)
            if journey.monitor_s is None or last is None or last.result is not Result.FAILED:
                continue
            production = app.environment.name == "production"
            yield Condition(
                id="journey-failed",
                subject=journey.name,
                level=Level.URGENT if production else Level.WARNING,
                environment=app.environment,
                says=Words(
                    f"the journey {journey.name} fails: {last.says.en}",
                    f"{journey.name} 여정이 실패합니다: {last.says.ko}",
                ),
                hint=f"shipway journey run {journey.name} {app.environment.name}",
            )

    def _is_due(self, environment: EnvironmentId, journey: Journey) -> bool:
        if journey.monitor_s is None:
            return False
        last = self._last(environment, journey)
        return last is None or self._clock.now() - last.at >= journey.monitor_s

    def _last(self, environment: EnvironmentId, journey: Journey) -> Evidence | None:
        check = f"journey.{journey.name}"
        found = self._store.evidence.history(environment.project, environment, check, limit=1)
        return found[0] if found else None
