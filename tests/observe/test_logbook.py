"""The logbook: kept after the instance is gone, searched, followed, bounded (R174)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.model.logs import LogEntry, LogLevel, LogQuery, LogSource, level_of
from shipway.store.logbook import Logbook
from tests.observe.support import SHOP

EVERYTHING = LogQuery(environment=SHOP)


def entry(at: float, text: str, *, service: str = "api", release: int | None = 1) -> LogEntry:
    return LogEntry(
        at=at,
        service=service,
        instance=f"{service}-1",
        release=release,
        stream="stdout",
        level=level_of(text),
        text=text,
    )


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Logbook]:
    made = Logbook(tmp_path / "logs", file_bytes=20_000, kept_bytes=40_000)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ('{"level": "error", "event": "charge failed"}', LogLevel.ERROR),
        ('{"severity": "WARNING"}', LogLevel.WARNING),
        ('{"level": 30, "msg": "pino"}', LogLevel.INFO),
        ('{"broken', LogLevel.UNKNOWN),
        ("[2026-03-02 10:00:00 +0000] [7] [INFO] Booting worker", LogLevel.INFO),
        ("INFO:     127.0.0.1:1 - GET / 200", LogLevel.INFO),
        ("2026-03-02 10:00 UTC [7] FATAL:  no database", LogLevel.CRITICAL),
        ("Traceback (most recent call last):", LogLevel.ERROR),
        ("an informative line", LogLevel.UNKNOWN),
    ],
)
def test_a_line_says_how_serious_it_is(text: str, level: LogLevel) -> None:
    assert level_of(text) is level


def test_lines_are_found_by_text_time_release_service_and_level(book: Logbook) -> None:
    book.append(
        SHOP,
        [
            entry(1, "INFO one"),
            entry(2, "ERROR two Größe", release=2),
            entry(3, "duration: 150.0 ms", service="postgres", release=None),
        ],
    )

    def texts(**wanted: object) -> list[str]:
        return [item.text for item in book.look(LogQuery(environment=SHOP, **wanted)).entries]  # type: ignore[arg-type]

    assert texts() == ["INFO one", "ERROR two Größe", "duration: 150.0 ms"]
    assert texts(search="größe") == ["ERROR two Größe"]
    assert texts(since=2.0) == ["ERROR two Größe", "duration: 150.0 ms"]
    assert texts(until=2.0) == ["INFO one"]
    assert texts(release=2) == ["ERROR two Größe"]
    assert texts(service="postgres") == ["duration: 150.0 ms"]
    assert texts(level=LogLevel.WARNING) == ["ERROR two Größe"]
    assert texts(limit=1) == ["duration: 150.0 ms"]


def test_an_environment_does_not_see_anothers_lines(book: Logbook) -> None:
    from shipway.model.names import EnvironmentId

    book.append(EnvironmentId("shop", "staging"), [entry(1, "of staging")])
    assert book.look(EVERYTHING).entries == ()


def test_files_are_rotated_and_the_oldest_go(book: Logbook, tmp_path: Path) -> None:
    import secrets

    for number in range(1500):
        book.append(SHOP, [entry(number, f"line {number} {secrets.token_hex(40)}")])
    folder = next((tmp_path / "logs").iterdir())
    closed = sum(path.stat().st_size for path in folder.glob("*.gz"))
    assert 0 < closed <= 40_000
    found = book.look(LogQuery(environment=SHOP, limit=10_000)).entries
    assert found[-1].text.startswith("line 1499 ")
    assert found[0].at > 0
    assert [item.at for item in found] == sorted(item.at for item in found)
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}


def test_half_a_line_of_a_killed_daemon_is_passed_over(book: Logbook, tmp_path: Path) -> None:
    book.append(SHOP, [entry(1, "whole")])
    current = next((tmp_path / "logs").rglob("current.jsonl"))
    current.write_text(current.read_text() + json.dumps({"at": 2})[:5] + "\n")
    again = Logbook(tmp_path / "logs")
    try:
        again.append(SHOP, [entry(3, "after")])
        assert [item.text for item in again.look(EVERYTHING).entries] == ["whole", "after"]
        assert again.sources(SHOP) == {LogSource("api", "api-1", 1): 3}
    finally:
        again.close()


def test_followers_get_what_comes(book: Logbook) -> None:
    ending = threading.Event()
    got: list[str] = []
    began = threading.Event()

    def follow() -> None:
        wanted = LogQuery(environment=SHOP, search="yes")
        began.set()
        for item in book.follow(wanted, ending.is_set):
            if item is not None:
                got.append(item.text)
                ending.set()

    thread = threading.Thread(target=follow)
    thread.start()
    began.wait(5)
    while not got and thread.is_alive():  # it may not listen yet
        book.append(SHOP, [entry(1, "no"), entry(2, "yes")])
        thread.join(0.05)
    thread.join(5)
    assert got[:1] == ["yes"]


def test_followers_get_what_came_after_they_had_looked(book: Logbook) -> None:
    """A page is shown, and follows a moment later: nothing is lost, nothing comes twice."""
    book.append(SHOP, [entry(1, "shown"), entry(2, "in between")])
    found = book.follow(EVERYTHING, lambda: False, after=1.0)
    first = next(found)
    assert first is not None
    assert first.text == "in between"
    book.append(SHOP, [entry(0.5, "of an instance that is heard late")])
    later = next(found)
    assert later is not None
    assert later.text == "of an instance that is heard late"


def test_who_wrote_is_known_also_when_it_is_gone(book: Logbook, tmp_path: Path) -> None:
    book.append(SHOP, [entry(1, "a"), entry(2, "b", release=2), entry(3, "c", release=2)])
    expected = {LogSource("api", "api-1", 1): 1.0, LogSource("api", "api-1", 2): 3.0}
    assert book.sources(SHOP) == expected
    book.append(SHOP, [entry(9, "d", service="db", release=None)])
    assert book.sources(SHOP)[LogSource("db", "db-1", None)] == 9.0
    again = Logbook(tmp_path / "logs")
    assert len(again.sources(SHOP)) == 3
    again.close()


def test_patience_ends_and_says_how_far_it_reached(tmp_path: Path) -> None:
    from shipway.store.logbook import LINES_A_LOOK

    book = Logbook(tmp_path / "logs", file_bytes=10_000_000)
    book.append(SHOP, [entry(number, f"line {number}") for number in range(3 * LINES_A_LOOK)])
    seldom = LogQuery(environment=SHOP, search="line 7", limit=LINES_A_LOOK)
    page = book.look(seldom, patience_s=0.0)
    assert page.reached == 2 * LINES_A_LOOK
    rest = book.look(LogQuery(environment=SHOP, search="line 7", until=page.reached, limit=5000))
    assert rest.reached is None
    assert rest.entries[0].text == "line 7"
    book.close()


def test_the_last_lines_are_the_latest_though_they_were_heard_out_of_order(book: Logbook) -> None:
    book.append(SHOP, [entry(5, "five"), entry(2, "two"), entry(4, "four"), entry(3, "three")])
    found = book.look(LogQuery(environment=SHOP, limit=2)).entries
    assert [item.text for item in found] == ["four", "five"]


@pytest.mark.parametrize(
    "text", ['a "quoted" word', "back\\slash", "GRÖSSE", "한글 로그", "a\ttab"]
)
def test_any_text_is_found_as_it_was_written(book: Logbook, text: str) -> None:
    book.append(SHOP, [entry(1, f"before {text} after"), entry(2, "another")])
    found = book.look(LogQuery(environment=SHOP, search=text.lower())).entries
    assert [item.at for item in found] == [1]


def test_an_instance_is_chosen_apart_from_its_service(book: Logbook) -> None:
    book.append(SHOP, [entry(1, "of the api"), entry(2, "of the worker", service="worker")])
    wanted = LogQuery(environment=SHOP, instance="worker-1")
    assert [item.text for item in book.look(wanted).entries] == ["of the worker"]
    assert book.look(LogQuery(environment=SHOP, service="api", instance="worker-1")).entries == ()
