"""One calendar: whose day it is, wherever the server stands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from shipway.checks.day import day_of, end_of
from shipway.spec.reader import read_spec

SEOUL = "backup: {timezone: Asia/Seoul}\n"
BERLIN = "backup: {timezone: Europe/Berlin}\n"


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.fixture
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand on a server whose own calendar is New York's."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_new_york")
@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        (SEOUL, "2026-11-21 14:59:59", "2026-11-21"),
        (SEOUL, "2026-11-21 15:00:00", "2026-11-22"),
        (BERLIN, "2026-10-25 22:59:59", "2026-10-25"),  # the day of 25 hours
        (BERLIN, "2026-10-25 23:00:00", "2026-10-26"),
        ("", "2026-11-22 04:59:59", "2026-11-21"),  # the server's own
        ("", "2026-11-22 05:00:00", "2026-11-22"),
    ],
)
def test_a_day_begins_at_midnight_of_the_project_else_of_the_server(
    zone: str, moment: str, day: str
) -> None:
    """A waiver's last day and a document's date are the team's, not the machine's."""
    assert day_of(read_spec(zone), at(moment)) == date.fromisoformat(day)


@pytest.mark.usefixtures("in_new_york")
@pytest.mark.parametrize("zone", [SEOUL, BERLIN, ""])
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-11-01", "2026-11-22"])
def test_a_days_last_second_is_on_it_and_the_next_one_is_not(zone: str, day: str) -> None:
    spec, whole = read_spec(zone), date.fromisoformat(day)
    assert day_of(spec, end_of(spec, whole)) == whole
    assert day_of(spec, end_of(spec, whole) + 1) > whole


@pytest.mark.usefixtures("in_new_york")
def test_where_nothing_is_declared_the_server_says_which_day_it_is() -> None:
    assert day_of(None, at("2026-11-22 04:59:59")) == date(2026, 11, 21)
