"""A rollout whose thread has died is taken up by a person's word, not only by the next daemon."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.model.lifecycle import RolloutEvent
from shipway.model.names import EnvironmentId
from shipway.model.records import Project
from shipway.rollout.conductor import Conductor
from shipway.store.store import SqliteStore
from tests.support.clocks import HandClock
from tests.support.stored import begun

HERE = EnvironmentId("shop", "production")


def test_a_rollout_that_nobody_conducts_is_taken_up_by_resume_and_one_that_runs_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an error that nobody has thought of keeps the environment locked."""
    store = SqliteStore(tmp_path / "state.sqlite", HandClock())
    store.catalog.register(Project(name="shop", directory=str(tmp_path)))
    store.catalog.add_environment(HERE, "process")
    rollout = begun(store, HERE, by="test")
    conductor = Conductor(cast("Any", SimpleNamespace(store=store)))
    runs, dies = threading.Semaphore(0), threading.Event()
    began: list[int] = []

    def run(_rollout: Any, _teller: Any) -> None:
        began.append(1)
        runs.release()
        assert dies.wait(10)
        raise ValueError("nobody has thought of this")

    monkeypatch.setattr(conductor, "_run", run)
    conductor.resume(rollout.id, "test")
    assert runs.acquire(timeout=10)
    conductor.resume(rollout.id, "test")
    assert len(began) == 1
    dies.set()
    for thread in threading.enumerate():
        if thread.name.startswith("rollout-"):
            thread.join(10)
    conductor.resume(rollout.id, "test")
    assert runs.acquire(timeout=10)
    for thread in threading.enumerate():
        if thread.name.startswith("rollout-"):
            thread.join(10)
    store.rollouts.advance(rollout.id, RolloutEvent.SUCCEED)
    conductor._start(rollout)  # somebody asked just as it ended
    assert len(began) == 2
