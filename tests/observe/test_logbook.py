"""The logbook: kept after the instance is gone, searched, followed, bounded (R174)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.model.logs import LogEntry, LogLevel, LogQuery, level_of
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
        return [item.text for item in book.find(LogQuery(environment=SHOP, **wanted))]  # type: ignore[arg-type]

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
    assert book.find(EVERYTHING) == ()


def test_files_are_rotated_and_the_oldest_go(book: Logbook, tmp_path: Path) -> None:
    import secrets

    for number in range(1500):
        book.append(SHOP, [entry(number, f"line {number} {secrets.token_hex(40)}")])
    folder = next((tmp_path / "logs").iterdir())
    closed = sum(path.stat().st_size for path in folder.glob("*.gz"))
    assert 0 < closed <= 40_000
    found = book.find(LogQuery(environment=SHOP, limit=10_000))
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
        assert [item.text for item in again.find(EVERYTHING)] == ["whole", "after"]
        assert again.latest(SHOP) == {("api-1", 1): 3}
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
