"""Drills that a page begins: one at a time, and why one could not be is kept for the page."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.web.page_data.data import Drills
from tests.support.running import eventually

STAGING = EnvironmentId("shop", "staging")
OTHER = EnvironmentId("shop", "production")


class Stage:
    """A service with these databases; a rehearsal waits until it may end, or cannot be."""

    def __init__(self, *databases: str, problem: Problem | None = None) -> None:
        self.may_end = threading.Event()
        self.problem = problem
        self.rehearsed: list[str] = []
        self.audited: list[tuple[str, str]] = []
        found = tuple(SimpleNamespace(service=name) for name in databases)
        audit = SimpleNamespace(
            add=lambda who, action, *_, **__: self.audited.append((who, action))
        )
        self.service: Any = SimpleNamespace(
            databases=SimpleNamespace(
                databases=SimpleNamespace(of=lambda _: found),
                rehearsals=SimpleNamespace(run=self.run),
            ),
            world=SimpleNamespace(store=SimpleNamespace(audit=audit)),
        )

    def run(self, _environment: EnvironmentId, service: str, **_: object) -> None:
        assert self.may_end.wait(10)
        if self.problem is not None:
            raise self.problem
        self.rehearsed.append(service)


def ended(drills: Drills, stage: Stage) -> None:
    stage.may_end.set()
    eventually("the drill has ended", lambda: not drills.running(STAGING))


def test_every_database_is_rehearsed_once_and_a_second_drill_waits_its_turn() -> None:
    stage, drills = Stage("db", "vectors"), Drills()
    drills.begin(stage.service, STAGING, "mina")
    assert drills.running(STAGING)
    assert not drills.running(OTHER)
    with pytest.raises(Problem, match="goes on already"):
        drills.begin(stage.service, STAGING, "juno")
    ended(drills, stage)
    assert stage.rehearsed == ["db", "vectors"]
    assert drills.failure(STAGING) is None
    assert stage.audited == [("mina", "drill")]


def test_why_a_drill_could_not_be_is_shown_until_the_next_one_begins() -> None:
    problem = Problem("no-backup", "there is no base backup yet.")
    stage, drills = Stage("db", problem=problem), Drills()
    drills.begin(stage.service, STAGING, "mina")
    ended(drills, stage)
    assert drills.failure(STAGING) is problem
    assert drills.failure(OTHER) is None
    assert stage.audited == [("mina", "drill-refused")]
    stage.problem = None
    stage.may_end.clear()
    drills.begin(stage.service, STAGING, "mina")
    assert drills.failure(STAGING) is None
    ended(drills, stage)
    assert drills.failure(STAGING) is None


def test_an_environment_without_a_database_begins_none() -> None:
    drills = Drills()
    with pytest.raises(Problem) as refused:
        drills.begin(cast("Any", Stage().service), STAGING, "mina")
    assert refused.value.kind == "no-database"
    assert not drills.running(STAGING)
