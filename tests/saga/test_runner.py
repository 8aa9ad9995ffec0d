"""The saga's runner: forward, back, and from wherever a killed one left it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.errors import Problem
from shipway.saga.journal import FOLLOWS, IllegalEntry, Mark, MemoryJournal, last_marks
from shipway.saga.runner import End, Moment, Saga
from shipway.saga.step import Step, Watch

NAMES = ("fetch", "build", "switch", "smoke", "retire")


class Killed(BaseException):
    """The process dies: nothing of the runner may catch this."""


class World:
    """What the steps change: a set of things that are there."""

    def __init__(self, failing: str | None = None, undo_failing: str | None = None) -> None:
        self.there: set[str] = set()
        self.failing = failing
        self.undo_failing = undo_failing
        self.done: list[str] = []


def step(name: str, *, forward_only: bool = False) -> Step[World]:
    def do(world: World, _watch: Watch) -> Mapping[str, Any]:
        if world.failing == name:
            raise Problem("broken", f"{name} is broken", hints=["mend it"])
        world.there.add(name)
        world.done.append(name)
        return {"made": name}

    def undo(world: World, _watch: Watch) -> None:
        if world.undo_failing == name:
            raise Problem("jammed", f"{name} does not come off")
        world.there.discard(name)

    return Step(name=name, title=name, do=do, undo=undo, forward_only=forward_only)


def steps() -> list[Step[World]]:
    return [step(name, forward_only=name == "retire") for name in NAMES]


def saga(world: World, journal: MemoryJournal, **more: Any) -> Saga[World]:
    return Saga(steps=steps(), context=world, journal=journal, outputs={}, **more)


def test_all_steps_run_once_and_in_order() -> None:
    world, journal = World(), MemoryJournal()
    result = saga(world, journal).run()
    assert result.end is End.SUCCEEDED
    assert world.done == list(NAMES)
    assert set(last_marks(journal.entries()).values()) == {Mark.DONE}


def test_a_failing_step_unwinds_what_was_done_newest_first() -> None:
    world, journal = World(failing="smoke"), MemoryJournal()
    result = saga(world, journal).run()
    assert result.end is End.UNWOUND
    assert result.problem is not None
    assert result.problem.kind == "broken"
    assert world.there == set()
    undone = [entry.step for entry in journal.entries() if entry.mark is Mark.UNDONE]
    assert undone == ["smoke", "switch", "build", "fetch"]


def test_an_undo_that_fails_leaves_the_saga_stuck_until_it_is_tried_again() -> None:
    world, journal = World(failing="smoke", undo_failing="switch"), MemoryJournal()
    assert saga(world, journal).run().end is End.STUCK
    assert "switch" in world.there
    world.undo_failing = None
    result = saga(world, journal).run()
    assert result.end is End.UNWOUND
    assert result.problem is not None
    assert result.problem.kind == "broken"
    assert world.there == set()


def test_a_step_that_only_goes_forward_is_never_unwound_but_tried_again() -> None:
    world, journal = World(failing="retire"), MemoryJournal()
    assert saga(world, journal).run().end is End.STUCK
    assert world.there == set(NAMES) - {"retire"}
    world.failing = None
    assert saga(world, journal).run().end is End.SUCCEEDED


def test_an_abort_between_steps_unwinds() -> None:
    world, journal = World(), MemoryJournal()
    result = saga(world, journal, cancelled=lambda: "build" in world.there).run()
    assert result.end is End.UNWOUND
    assert result.problem is not None
    assert result.problem.kind == "cancelled"
    assert world.there == set()


def test_an_abort_no_longer_stops_a_step_that_only_goes_forward() -> None:
    world, journal = World(), MemoryJournal()
    result = saga(world, journal, cancelled=lambda: "smoke" in world.there).run()
    assert result.end is End.SUCCEEDED


def test_an_unexpected_error_becomes_a_problem_that_names_the_place() -> None:
    def explode(_world: World, _watch: Watch) -> None:
        raise ValueError("nobody thought of this")

    journal = MemoryJournal()
    result = Saga(
        steps=[Step(name="odd", title="odd", do=explode)],
        context=World(),
        journal=journal,
        outputs={},
    ).run()
    assert result.problem is not None
    assert result.problem.kind == "internal-error"
    assert "test_runner.py" in "".join(result.problem.details)


def moments_of(failing: str | None) -> list[tuple[str, Mark, str]]:
    seen: list[tuple[str, Mark, str]] = []
    saga(
        World(failing=failing),
        MemoryJournal(),
        observe=lambda moment: seen.append((moment.step, moment.mark, moment.when)),
    ).run()
    return seen


@pytest.mark.parametrize("failing", [None, "build", "smoke"])
def test_killed_at_any_moment_the_next_runner_comes_to_the_same_end(failing: str | None) -> None:
    moments = moments_of(failing)
    assert len(moments) > 10
    for fatal in moments:
        world, journal = World(failing=failing), MemoryJournal()

        def die(moment: Moment, fatal: tuple[str, Mark, str] = fatal) -> None:
            if (moment.step, moment.mark, moment.when) == fatal:
                raise Killed

        with pytest.raises(Killed):
            saga(world, journal, observe=die).run()
        outputs: dict[str, Mapping[str, Any]] = {}
        again = Saga(steps=steps(), context=world, journal=journal, outputs=outputs)
        end = again.run().end
        assert end is (End.SUCCEEDED if failing is None else End.UNWOUND), fatal
        assert world.there == (set(NAMES) if failing is None else set()), fatal
        if failing is None:
            assert outputs["build"] == {"made": "build"}


@given(st.lists(st.sampled_from(list(Mark)), max_size=8))
def test_the_journal_refuses_what_cannot_follow(marks: list[Mark]) -> None:
    journal = MemoryJournal()
    last: Mark | None = None
    for mark in marks:
        if mark in FOLLOWS[last]:
            journal.record("step", mark)
            last = mark
        else:
            with pytest.raises(IllegalEntry):
                journal.record("step", mark)


def test_a_watch_raises_when_its_time_is_over_and_when_it_is_cancelled() -> None:
    with pytest.raises(Problem, match="not done after 0 s"):
        Watch.start("wait", 0).check()
    with pytest.raises(Problem, match="aborted"):
        Watch.start("wait", 10, lambda: True).pause(5)
