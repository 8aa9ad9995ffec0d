"""How fast a disk fills, from what was measured; and what is said where that cannot be told."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from shipway.model.exposition import metric_name
from shipway.model.observe import Point, Reading, SeriesKey, SeriesState
from shipway.observe.figures import day_after, figure
from shipway.observe.sources.growth import DAY_S, Growth, rate
from shipway.store.history import History
from tests.observe.support import SHOP
from tests.support.clocks import HandClock

START = 1_700_000_400.0
GB = 1e9
DISK = SeriesKey(SHOP, "disk", "pgdata")
FREE = SeriesKey(SHOP, "disk-free", "pgdata")


class Volume:
    """A volume that is looked at again and again."""

    def __init__(self, directory: Path) -> None:
        self.clock = HandClock(START)
        self.history = History(directory / "observe.sqlite")
        world = type("World", (), {"clock": self.clock, "history": self.history})()
        self.growth = Growth(cast("Any", world))

    def look(self, free: float) -> dict[str, Reading]:
        readings = [
            Reading(key=DISK, unit="%", value=50.0),
            Reading(key=FREE, unit="bytes", value=free),
        ]
        found = self.growth.read(readings)
        self.history.record(self.clock.now(), [*readings, *found])
        return {item.key.indicator: item for item in found}

    def looks(self, hours: float, begin: float, a_day: float) -> dict[str, Reading]:
        """Look every minute while the free bytes change so much a day."""
        found: dict[str, Reading] = {}
        for minute in range(int(hours * 60)):
            found = self.look(begin + a_day * minute * 60 / DAY_S)
            self.clock.sleep(60)
        return found


def test_a_volume_that_fills_says_how_fast_and_until_when(tmp_path: Path) -> None:
    """R177: growth of each volume's disk."""
    found = Volume(tmp_path).looks(4, 30 * GB, -2 * GB)
    assert found["disk-growth"].value == pytest.approx(2 * GB, rel=0.02)
    days = found["disk-full"].value
    assert days == pytest.approx(15, rel=0.05)
    assert figure(found["disk-growth"].value or 0, "bytes/day") == "2.0 GB/day"
    assert figure(2 * GB, "bytes/day", "ko") == "2.0 GB/일"
    assert figure(days or 0, "days") == "15 days"
    assert day_after(15, START) == "2023-11-29"


def test_a_restarted_daemon_knows_the_rate_at_once(tmp_path: Path) -> None:
    before = Volume(tmp_path)
    before.looks(4, 30 * GB, -2 * GB)
    after = Volume(tmp_path)
    after.clock.at = before.clock.at
    assert after.look(29 * GB)["disk-growth"].value == pytest.approx(2 * GB, rel=0.02)


def test_what_was_watched_for_minutes_only_is_not_extrapolated(tmp_path: Path) -> None:
    found = Volume(tmp_path).looks(0.7, 30 * GB, -200 * GB)
    for item in found.values():
        assert (item.value, item.state) == (None, SeriesState.UNAVAILABLE)
        assert item.reason.startswith("a rate needs 1 h of looks at this disk")


def test_a_disk_that_does_not_grow_is_never_full(tmp_path: Path) -> None:
    found = Volume(tmp_path).looks(3, 30 * GB, +1 * GB)
    assert (found["disk-growth"].value or 0) < 0
    assert (found["disk-full"].value, found["disk-full"].reason) == (None, "it does not grow")


def test_a_disk_that_cannot_be_looked_at_says_why_for_its_growth_too(tmp_path: Path) -> None:
    away = Reading(key=DISK, unit="%", state=SeriesState.UNAVAILABLE, reason="it is elsewhere")
    found = Volume(tmp_path).growth.read([away])
    assert {item.key.indicator for item in found} == {"disk-growth", "disk-full"}
    assert {(item.state, item.reason) for item in found} == {
        (SeriesState.UNAVAILABLE, "it is elsewhere")
    }


def test_one_large_file_that_came_and_went_is_no_growth() -> None:
    free = [30.0, 30.0, 10.0, 30.0, 30.0]
    points = [Point(START + 600 * number, value, value, value) for number, value in enumerate(free)]
    assert rate(points).free_a_day == pytest.approx(0, abs=1e-6)
    assert rate(points[:1]).watched_s == 0


def test_prometheus_is_told_in_its_words() -> None:
    assert metric_name("disk-growth", "bytes/day") == "shipway_disk_growth_bytes_per_day"
    assert metric_name("disk-full", "days") == "shipway_disk_full_days"
    assert metric_name("certificate-days", "days") == "shipway_certificate_days"
