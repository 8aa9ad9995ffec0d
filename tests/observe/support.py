"""A store in a directory of the test's own."""

from __future__ import annotations

from pathlib import Path

from shipway.model.condition import Condition, Level
from shipway.model.names import EnvironmentId
from shipway.model.observe import Reading, SeriesKey, SeriesState
from shipway.model.words import Words
from shipway.store.store import SqliteStore
from tests.support.clocks import HandClock

SHOP = EnvironmentId("shop", "production")


def store_in(directory: Path, clock: HandClock) -> SqliteStore:
    return SqliteStore(directory / "state.sqlite", clock)


def measured(
    indicator: str, value: float, subject: str = "api", unit: str = "s", where: object = SHOP
) -> Reading:
    assert where is None or isinstance(where, EnvironmentId)
    return Reading(key=SeriesKey(where, indicator, subject), unit=unit, value=value)


def missing(indicator: str, subject: str = "api", unit: str = "s") -> Reading:
    return Reading(
        key=SeriesKey(SHOP, indicator, subject),
        unit=unit,
        state=SeriesState.MISSING,
        reason="nobody answers",
    )


def condition(
    name: str = "api-p95",
    *,
    subject: str = "api",
    level: Level = Level.NOTICE,
    figure: float = 1.2,
    environment: EnvironmentId | None = SHOP,
) -> Condition:
    return Condition(
        id=name,
        subject=subject,
        environment=environment,
        level=level,
        says=Words(f"{subject}: slow", f"{subject}: 느림"),
        figure=figure,
        unit="s",
        hint="shipway logs",
    )
