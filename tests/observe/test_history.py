"""The history: bounded, rolled up, and honest about what was not measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.model.observe import Reading, SeriesState
from shipway.store.history import History
from tests.observe.support import SHOP, measured, missing

START = 1_700_000_400.0  # a multiple of 600


def one_id(history: History) -> int:
    (series,) = history.series(SHOP)
    return series.id


def test_what_was_measured_comes_back(tmp_path: Path) -> None:
    history = History(tmp_path / "observe.sqlite")
    for number in range(6):
        history.record(START + 10 * number, [measured("api-p95", number)])
    _step, lines = history.points([one_id(history)], START, START + 60)
    assert [point.mean for point in lines[one_id(history)]] == [0, 1, 2, 3, 4, 5]
    assert history.series(SHOP)[0].value == 5


def test_what_was_not_measured_is_a_gap_and_never_a_zero(tmp_path: Path) -> None:
    history = History(tmp_path / "observe.sqlite")
    history.record(START, [measured("api-p95", 1.0)])
    history.record(START + 10, [missing("api-p95")])
    (series,) = history.series(SHOP)
    assert (series.state, series.reason) == (SeriesState.MISSING, "nobody answers")
    assert (series.value, series.measured_at, series.since) == (1.0, START, START + 10)
    _step, lines = history.points([series.id], START, START + 60)
    assert [point.mean for point in lines[series.id]] == [1.0, None]


def test_a_reading_without_value_must_say_why() -> None:
    with pytest.raises(ValueError, match="with the value None"):
        Reading(key=missing("x").key, unit="s")


def test_older_samples_are_rolled_up_to_mean_lowest_and_highest(tmp_path: Path) -> None:
    history = History(tmp_path / "observe.sqlite")
    for number in range(6 * 60 * 5):  # five hours: as sampled they are kept for two
        history.record(START + 10 * number, [measured("api-p95", number % 6)])
    place = one_id(history)
    step, lines = history.points([place], START, START + 5 * 3600, at_most=10_000)
    assert step == 60
    assert len(lines[place]) == 5 * 60 - 1  # the last minute goes on
    assert {(point.mean, point.low, point.high) for point in lines[place]} == {(2.5, 0.0, 5.0)}


def test_thirty_days_are_kept_and_no_more(tmp_path: Path) -> None:
    history = History(tmp_path / "observe.sqlite")
    for hour in range(24 * 33):
        history.record(START + 3600 * hour, [measured("api-p95", 1.0)])
    place, end = one_id(history), START + 24 * 33 * 3600
    step, lines = history.points([place], START, end, at_most=100_000)
    assert step == 600
    assert 24 * 30 - 2 <= len(lines[place]) <= 24 * 30 + 2


def test_a_restarted_daemon_goes_on_with_the_same_series(tmp_path: Path) -> None:
    for number in range(3):
        history = History(tmp_path / "observe.sqlite")
        history.record(START + 10 * number, [measured("api-p95", number), measured("disk", 3)])
    assert [series.key.indicator for series in history.series(SHOP)] == ["api-p95", "disk"]
    place = history.series(SHOP)[0].id
    _step, lines = history.points([place], START, START + 60)
    assert [point.mean for point in lines[place]] == [0, 1, 2]


def test_points_are_merged_to_as_many_as_are_wanted(tmp_path: Path) -> None:
    history = History(tmp_path / "observe.sqlite")
    for number in range(100):
        history.record(START + 10 * number, [measured("api-p95", number)])
    place = one_id(history)
    step, lines = history.points([place], START, START + 1000, at_most=10)
    assert (step, len(lines[place])) == (100, 10)
    assert (lines[place][0].low, lines[place][0].high) == (0, 9)


def test_the_machine_and_an_environment_are_kept_apart(tmp_path: Path) -> None:
    history = History(tmp_path / "observe.sqlite")
    history.record(START, [measured("cpu", 1), measured("cpu", 2, where=None)])
    assert [(item.key.environment, item.value) for item in history.series()] == [
        (None, 2.0),
        (SHOP, 1.0),
    ]
    assert [item.value for item in history.series(SHOP)] == [1.0]
