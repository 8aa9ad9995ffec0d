"""A swap of data and a backup take turns."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.rollout import in_turn
from shipway.saga.step import Watch

STAGING = EnvironmentId("shop", "staging")


class Turns:
    """Whose turn it is; a backup is being made for the first so many questions."""

    def __init__(self, busy: int) -> None:
        self.busy = busy
        self.asked = 0
        self.taken: set[EnvironmentId] = set()

    def take_turn(self, environment: EnvironmentId) -> bool:
        self.asked += 1
        if self.asked <= self.busy:
            return False
        self.taken.add(environment)
        return True

    def give_turn(self, environment: EnvironmentId) -> None:
        self.taken.discard(environment)


def run_of(files: Turns | None) -> tuple[Any, list[str]]:
    """Return a run whose files are restored by a port, and what it notes."""
    notes: list[str] = []
    run = SimpleNamespace(
        world=SimpleNamespace(data=SimpleNamespace(files=files)),
        environment=STAGING,
        note=lambda step, text: notes.append(f"{step}: {text}"),
    )
    return cast("Any", run), notes


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_turn, "POLL_S", 0.01)


def test_a_swap_waits_for_the_backup_that_is_being_made_and_says_so_once() -> None:
    turns = Turns(busy=3)
    run, notes = run_of(turns)
    in_turn.take_turn(run, Watch.start("swap", 30.0))
    assert turns.taken == {STAGING}
    assert turns.asked == 4
    assert notes == ["swap: waiting for the backup that is being made"]
    in_turn.give_turn(run)
    assert not turns.taken


def test_a_swap_whose_turn_it_is_says_nothing() -> None:
    turns = Turns(busy=0)
    run, notes = run_of(turns)
    in_turn.take_turn(run, Watch.start("swap", 30.0))
    assert turns.taken == {STAGING}
    assert notes == []


def test_a_backup_that_does_not_end_keeps_nobody_beyond_the_deadline() -> None:
    turns = Turns(busy=10**6)
    run, _ = run_of(turns)
    with pytest.raises(Problem) as late:
        in_turn.take_turn(run, Watch.start("swap", 0.2))
    assert late.value.kind == "deadline"
    assert not turns.taken


def test_where_nothing_is_saved_nobody_waits() -> None:
    run, notes = run_of(None)
    in_turn.take_turn(run, Watch.start("swap", 30.0))
    in_turn.give_turn(run)
    assert notes == []
