"""Runs a saga from wherever its journal says it stands: forward, or back.

Invariant: every act stands between an intent and an outcome in the journal.  A runner
that is killed anywhere is followed by one that reads the journal and comes to the same end.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from shipway.errors import Problem
from shipway.saga.journal import Entry, Journal, Mark, last_marks
from shipway.saga.step import Step, Watch

C = TypeVar("C")

UNDO_DEADLINE_S = 300.0


class End(StrEnum):
    """How a run ended."""

    SUCCEEDED = "succeeded"
    UNWOUND = "unwound"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run ended, and why where it did not succeed."""

    end: End
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Told to the observer; `when` is before or after the entry `mark` is written."""

    step: str
    title: str
    mark: Mark
    when: str
    problem: Problem | None = None
    stays: str | None = None


@dataclass(slots=True, kw_only=True)
class Saga(Generic[C]):
    """A list of steps over a context, with its journal.

    outputs: filled with what each finished step returned, also by an earlier process.
    unwinding: called once before the first undo, so that the state can say so.
    """

    steps: Sequence[Step[C]]
    context: C
    journal: Journal
    outputs: dict[str, Mapping[str, Any]]
    cancelled: Callable[[], bool] = lambda: False
    observe: Callable[[Moment], None] = lambda _moment: None
    unwinding: Callable[[Problem], None] = lambda _problem: None

    def run(self) -> Result:
        """Bring the saga to an end and return how it ended."""
        entries = self.journal.entries()
        for entry in entries:
            if entry.mark is Mark.DONE:
                self.outputs[entry.step] = entry.output or {}
        problem = _why_unwinding(entries, {step.name for step in self.steps if step.forward_only})
        if problem is None:
            failed, problem = self._forward(last_marks(entries))
            if problem is None:
                return Result(end=End.SUCCEEDED)
            if failed is not None and failed.forward_only:
                return Result(end=End.STUCK, problem=problem)
        self.unwinding(problem)
        stuck = self._unwind()
        return Result(end=End.STUCK if stuck else End.UNWOUND, problem=stuck or problem)

    def _forward(self, marks: Mapping[str, Mark]) -> tuple[Step[C] | None, Problem | None]:
        """Do what is left; return the step that failed, and why, or twice None."""
        for step in self.steps:
            if marks.get(step.name) is Mark.DONE:
                continue
            if self.cancelled() and not step.forward_only:
                return None, Problem("cancelled", f"aborted on request before {step.name}.")
            self._record(step, Mark.BEGUN)
            watch = Watch.start(step.name, step.deadline_s, self.cancelled)
            try:
                output = step.do(self.context, watch) or {}
            except Exception as error:
                problem = _as_problem(step, error)
                self._record(step, Mark.FAILED, problem=problem)
                return step, problem
            self.outputs[step.name] = output
            self._record(step, Mark.DONE, output=output)
        return None, None

    def _unwind(self) -> Problem | None:
        """Undo what was begun, newest first; return the Problem that an undo ended in."""
        for step in reversed(self.steps):
            mark = last_marks(self.journal.entries()).get(step.name)
            if mark is None or mark is Mark.UNDONE:
                continue
            self._record(step, Mark.UNDO_BEGUN)
            watch = Watch.start(f"undo {step.name}", UNDO_DEADLINE_S)
            try:
                if step.undo is not None:
                    step.undo(self.context, watch)
            except Exception as error:
                problem = _as_problem(step, error)
                self._record(step, Mark.UNDO_FAILED, problem=problem)
                return problem
            self._record(step, Mark.UNDONE)
        return None

    def _record(
        self,
        step: Step[C],
        mark: Mark,
        *,
        output: Mapping[str, Any] | None = None,
        problem: Problem | None = None,
    ) -> None:
        for when in ("before", "after"):
            if when == "after":
                self.journal.record(
                    step.name,
                    mark,
                    output=output,
                    problem=problem.as_dict() if problem else None,
                )
            stays = step.stays if mark is Mark.UNDONE else None
            self.observe(
                Moment(
                    step=step.name,
                    title=step.title,
                    mark=mark,
                    when=when,
                    problem=problem,
                    stays=stays,
                )
            )


def _why_unwinding(entries: Sequence[Entry], forward_only: set[str]) -> Problem | None:
    """Return the Problem that an earlier process was unwinding for, else None."""
    problem: Problem | None = None
    for entry in entries:
        if entry.mark is Mark.FAILED and entry.problem and entry.step not in forward_only:
            problem = Problem.from_dict(dict(entry.problem))
        if entry.mark is Mark.UNDO_BEGUN and problem is None:
            problem = Problem("cancelled", "aborted on request.")
    return problem


def _as_problem(step: Step[Any], error: Exception) -> Problem:
    """Return the error as a Problem; anything else than a Problem is a defect and says so."""
    if isinstance(error, Problem):
        return error
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    return Problem(
        "internal-error",
        f"{step.name}: unexpected {type(error).__name__}: {error}",
        details=where,
        hints=["this is a defect of Shipway; the daemon's log holds the whole trace"],
    )
