"""Monitored journeys go when their time has come, and a failure becomes a condition."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.checks.live.monitors import Monitors
from shipway.checks.live.use import Checking
from shipway.model.condition import Level
from shipway.model.evidence import Result
from shipway.model.journey import Expect, Journey, Request, Step
from shipway.model.records import Project
from shipway.store.store import SqliteStore
from tests.checks.live.stage import COMMIT, PRODUCTION, answering, page, scene
from tests.support.clocks import WakefulClock
from tests.support.stored import begun


@pytest.fixture
def clock() -> WakefulClock:
    return WakefulClock(1000.0)


@pytest.fixture
def store(tmp_path: Path, clock: WakefulClock) -> SqliteStore:
    store = SqliteStore(tmp_path / "state.sqlite", clock)
    store.catalog.register(Project(name="shop", directory="/srv/shop"))
    store.catalog.add_environment(PRODUCTION, "process")
    rollout = begun(store, PRODUCTION)
    store.catalog.add_release(
        project="shop", rollout=rollout.id, commit=COMMIT, artifacts={}, created_by="kim"
    )
    return store


def test_a_monitored_journey_goes_again_after_its_pause_and_tells_when_it_fails(
    store: SqliteStore, clock: WakefulClock
) -> None:
    from dataclasses import replace

    step = Step(
        name="page",
        request=Request(method="GET", path="/"),
        expect=Expect(status=((200, 200),)),
    )
    watched = Journey(name="front", steps=(step,), monitor_s=300.0)
    other = Journey(name="other", steps=(step,))
    status = [200]
    with answering(lambda *_: page(status=status[0])) as port:
        stage = replace(scene(port=port, journeys=[watched, other]), clock=clock)
        monitors = Monitors(Checking(lambda _e: stage, store, clock), store, clock)

        def seen() -> list[Result]:
            found = store.evidence.history("shop", PRODUCTION, "journey.front")
            return [item.result for item in found]

        monitors.go_due(stage.app)
        assert seen() == [Result.PASSED]
        assert store.evidence.latest("shop", PRODUCTION, check="journey.other") == ()
        clock.at += 299
        monitors.go_due(stage.app)
        assert len(seen()) == 1
        assert list(monitors.conditions(stage.app)) == []
        clock.at += 1
        status[0] = 500
        monitors.go_due(stage.app)
        assert seen() == [Result.FAILED, Result.PASSED]
        (condition,) = monitors.conditions(stage.app)
        assert (condition.id, condition.subject) == ("journey-failed", "front")
        assert condition.level is Level.URGENT
        assert condition.says.en == "the journey front fails: page: status 500, expected 200"
        clock.at += 300
        status[0] = 200
        monitors.go_due(stage.app)
        assert list(monitors.conditions(stage.app)) == []
