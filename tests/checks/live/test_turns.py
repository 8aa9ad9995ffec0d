"""One look at an environment at a time; Shipway's own makes way for a person's."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from shipway.checks.live import LiveReport, Scene, run_live
from shipway.checks.live.registry import live_checks
from shipway.checks.live.turns import Turns
from shipway.checks.live.use import Checking
from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.records import Project
from shipway.store.store import SqliteStore
from tests.checks.live.stage import COMMIT, scene
from tests.support.clocks import WakefulClock
from tests.support.running import eventually
from tests.support.stored import begun

STAGING = EnvironmentId("shop", "staging")
STAGE = scene(environment=STAGING)


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    store = SqliteStore(tmp_path / "state.sqlite", WakefulClock(1000.0))
    store.catalog.register(Project(name="shop", directory="/srv/shop"))
    store.catalog.add_environment(STAGING, "process")
    rollout = begun(store, STAGING)
    store.catalog.add_release(
        project="shop", rollout=rollout.id, commit=COMMIT, artifacts={}, created_by="kim"
    )
    return store


def seen(store: SqliteStore) -> set[str]:
    return {item.check for item in store.evidence.latest("shop", STAGING)}


def test_shipways_own_look_ends_where_a_person_asks_for_all_checks_and_keeps_no_half(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    checking = Checking(lambda _: STAGE, store, WakefulClock(1000.0))
    person = threading.Thread(target=checking.run, args=(STAGING,))
    looks: list[LiveReport] = []

    def look(on: Scene, **how: Any) -> LiveReport:
        if not how["thorough"]:
            person.start()
            eventually("the look is to end", how["cancelled"])
        looks.append(run_live(on, **how))
        return looks[-1]

    monkeypatch.setattr("shipway.checks.live.use.run_live", look)
    checking.after_deploy(STAGING)
    person.join(20)
    assert [item.whole for item in looks] == [False, True]
    assert looks[0].outcomes == ()
    assert seen(store) == {item.id for item in looks[1].outcomes}


def test_a_look_that_nobody_disturbs_is_kept(store: SqliteStore) -> None:
    Checking(lambda _: STAGE, store, WakefulClock(1000.0)).after_deploy(STAGING)
    assert "live.ports" in seen(store)
    assert "live.graceful-stop" not in seen(store)


def test_of_a_run_of_all_that_is_broken_off_nothing_is_kept(store: SqliteStore) -> None:
    """Half of one would open the gate; of named checks each stands for itself."""
    checking = Checking(lambda _: STAGE, store, WakefulClock(1000.0))
    told: list[str] = []
    report = checking.run(
        STAGING, told=lambda item: told.append(item.id), cancelled=lambda: len(told) > 2
    )
    assert told
    assert not report.whole
    assert seen(store) == set()
    checking.run(STAGING, only=("live.ports",))
    assert seen(store) == {"live.ports"}


def test_some_checks_that_were_named_do_not_open_the_gate(store: SqliteStore) -> None:
    checking = Checking(lambda _: STAGE, store, WakefulClock(1000.0))
    checking.run(STAGING, only=("live.ports",))
    release = STAGE.release
    told = checking.evidence(STAGING, release, None, look=False)
    assert told.notes == ("staging has not been checked with these artifacts",)
    checking.evidence(STAGING, release, None, look=True)
    whole = {item.id for item in live_checks() if not item.thorough}
    assert whole <= seen(store)
    again = checking.evidence(STAGING, release, None, look=False)
    assert again.notes[0].startswith("evidence of staging for these artifacts:")


def test_whoever_waits_too_long_for_another_look_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shipway.checks.live.turns.WAIT_S", 0.01)
    turns = Turns()
    with turns.held(STAGING), pytest.raises(Problem, match="by somebody else"):
        turns.whole(STAGING).__enter__()
    assert turns.count(STAGING) == 1
