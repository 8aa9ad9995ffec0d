"""What Shipway itself asks of a PostgreSQL is no slow query of the application's."""

from __future__ import annotations

import subprocess

import psycopg
import pytest

from shipway.backup.postgres.counts import count_rows
from shipway.backup.postgres.dump import dump_to
from shipway.backup.postgres.running import Asker
from shipway.model.logs import LogEntry, LogLevel
from shipway.model.own_questions import is_own
from shipway.observe.slow_log import SlowLog
from shipway.postgres_wire import OWN_NAME
from tests.backup.test_streams import WHERE, Ground, ground
from tests.support.running import eventually

__all__ = ["ground"]
SLOW = "SELECT 'a question', pg_sleep(0.15)"


def entry(text: str) -> LogEntry:
    return LogEntry(
        at=0.0,
        service="db",
        instance="db",
        release=None,
        stream="stderr",
        level=LogLevel.INFO,
        text=text,
    )


@pytest.fixture
def asker(ground: Ground) -> Asker:
    """Return who asks a server that logs each statement from 100 ms on, or from 0 where counted."""
    asker = Asker.of(ground.database)
    asker.rows("ALTER SYSTEM SET log_min_duration_statement = '0'; SELECT pg_reload_conf();")
    eventually("it logs", lambda: asker.one("SHOW log_min_duration_statement") == "-1", 10)
    return asker


def logged(ground: Ground, asker: Asker) -> list[str]:
    """Return what the server's log tells of durations."""
    lines = ground.database.console.logs(asker.instance, tail=1000)
    return [line.text for line in lines if "duration: " in line.text]


def test_only_the_applications_statements_are_slow_queries(ground: Ground, asker: Asker) -> None:
    """Asked of a real server, by its own log."""
    asker.rows(SLOW)
    count_rows(asker)
    dump_to(ground.database, ground.folder / "board.dump")
    address = str(asker.instance.address)
    with psycopg.connect(
        host=address, user="postgres", password="hunter2", autocommit=True
    ) as application:
        application.execute("SELECT 'an application', pg_sleep(0.15)")
    eventually("it is logged", lambda: "an application" in "".join(logged(ground, asker)), 10)
    slow = SlowLog()
    for line in logged(ground, asker):
        slow.hear(WHERE, entry(line))
    assert slow.take(WHERE, "db", 0.1) == 1
    own = [line for line in logged(ground, asker) if "shipway" not in line]
    assert not [line for line in own if "a question" in line or "COPY" in line]


def test_a_session_that_may_not_say_so_is_known_by_its_name() -> None:
    """Where the server's log_line_prefix tells names."""
    line = f"2026-11-22 [12] {OWN_NAME} LOG:  duration: 140.0 ms  statement: SELECT 1"
    assert is_own(line)
    assert not is_own(f"LOG:  duration: 140.0 ms  statement: SELECT '{OWN_NAME}'")
    slow = SlowLog()
    slow.hear(WHERE, entry(line))
    assert slow.take(WHERE, "db", 0.1) == 0


def test_a_quick_question_goes_over_the_network_and_else_by_psql(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[object] = []
    program = subprocess.run
    monkeypatch.setattr(
        "shipway.backup.postgres.running.subprocess.run",
        lambda *words, **how: began.append(words) or program(*words, **how),  # type: ignore[func-returns-value]
    )
    question = "SELECT current_setting('application_name'), NULL, 7"
    assert asker.quick(question, limit_s=10) == [[OWN_NAME, "", "7"]]
    assert not began
    asker.rows(f"ALTER USER {asker.main} PASSWORD 'another'")
    began.clear()
    assert asker.quick(question, limit_s=10) == [[OWN_NAME, "", "7"]]
    assert len(began) == 1
