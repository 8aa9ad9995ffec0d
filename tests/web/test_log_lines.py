"""Lines of logs as the page shows them, and what its form means.  Values only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shipway.errors import Problem
from shipway.model.logs import LogEntry, LogLevel, level_of
from shipway.model.names import EnvironmentId
from shipway.observe.searching import ROLLOUT
from shipway.web.figures import clock
from shipway.web.language import Words
from shipway.web.page_data.logs import LINES, line, moment, query

SHOP = EnvironmentId("shop", "production")
NOON = 1_795_521_600.0  # 2026-11-24 12:00 UTC


def entry(text: str, *, stream: str = "stdout", release: int | None = 4) -> LogEntry:
    return LogEntry(
        at=NOON,
        service="api",
        instance="api-1",
        release=release,
        stream=stream,
        level=level_of(text),
        text=text,
    )


def test_json_is_read_message_first_and_nothing_of_it_is_lost() -> None:
    shown = line(entry('{"level":"error","event":"charge failed","order":12,"why":"no funds"}'))
    assert (shown.message, shown.level, shown.release) == ("charge failed", "err", "r4")
    assert shown.fields == 'level=error order=12 why="no funds"'


@pytest.mark.parametrize("text", ["{broken", '{"a":1}', "[1]", '{"msg":3}', "plain", ""])
def test_what_is_no_record_stays_as_it_was_written(text: str) -> None:
    assert (line(entry(text)).message, line(entry(text)).fields) == (text, "")


def test_a_line_is_coloured_by_its_level_before_its_stream() -> None:
    assert line(entry("INFO: started", stream="stderr")).level == ""
    assert line(entry("started", stream="stderr")).level == "aside"
    assert line(entry("WARNING: low", stream="stdout")).level == "warn"
    assert line(entry("x", release=None)).release == ""


def test_the_form_means_a_query_that_is_bounded() -> None:
    asked = query(
        SHOP,
        name="api",
        release="r4",
        span="hour",
        until="2026-11-24T12:00",
        level="error",
        now=9e9,
    )
    assert (asked.since, asked.until) == (NOON - 3600, NOON)
    assert (asked.service, asked.release, asked.level) == ("api", 4, LogLevel.ERROR)
    assert asked.limit == LINES
    assert query(SHOP, span="day", now=NOON).since == NOON - 86_400
    assert query(SHOP, before=NOON, now=NOON).until == NOON
    nothing = query(SHOP, now=NOON)
    assert (nothing.since, nothing.until, nothing.service) == (None, None, None)


def test_what_is_no_moment_is_said() -> None:
    with pytest.raises(Problem, match="yesterday is no moment"):
        moment("yesterday")


def test_an_earlier_day_stands_before_the_time() -> None:
    assert clock(NOON, NOON + 60) == "12:00:00"
    assert clock(NOON, NOON + 86_400) == "11-24 12:00:00"


@pytest.mark.parametrize(
    ("text", "korean", "english_page", "korean_page"),
    [
        ("switch: step-done: the one atomic switch", "", "switch: done: ", "switch: 완료: "),
        ("build: note: release r3", "", "build: release r3", "build: 릴리스 r3"),
        ("build: output: npm: fetching x", "", "build: npm: fetching x", "build: npm: fetching x"),
        ("build: output: web: fetching x", "web: 가져오는 중", "build: web: f", "build: web: 가져"),
        (": finished: r3 is live in staging.", "", "r3 is live in staging.", "r3"),
    ],
)
def test_what_a_rollout_told_is_read_in_the_readers_language(
    text: str, korean: str, english_page: str, korean_page: str
) -> None:
    told = replace(entry(text), service=ROLLOUT, instance="rollout-4", korean=korean)
    assert line(told).message.startswith(english_page)
    assert line(told, Words("ko")).message.startswith(korean_page)
