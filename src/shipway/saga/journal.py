"""The write-ahead journal of a saga: the intent before the act, the outcome behind it.

What may follow what is a table; anything else is a defect and raises IllegalEntry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Mark(StrEnum):
    """What an entry says of its step."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    UNDO_BEGUN = "undo-begun"
    UNDONE = "undone"
    UNDO_FAILED = "undo-failed"


FOLLOWS: Mapping[Mark | None, frozenset[Mark]] = {
    None: frozenset({Mark.BEGUN}),
    Mark.BEGUN: frozenset({Mark.BEGUN, Mark.DONE, Mark.FAILED, Mark.UNDO_BEGUN}),
    Mark.DONE: frozenset({Mark.UNDO_BEGUN}),
    Mark.FAILED: frozenset({Mark.UNDO_BEGUN, Mark.BEGUN}),
    Mark.UNDO_BEGUN: frozenset({Mark.UNDO_BEGUN, Mark.UNDONE, Mark.UNDO_FAILED}),
    Mark.UNDO_FAILED: frozenset({Mark.UNDO_BEGUN}),
    Mark.UNDONE: frozenset(),
}
"""BEGUN may follow BEGUN: the process died in between, and the step is repeated.
BEGUN may follow FAILED where a step goes only forward: it is tried again on `resume`."""


class IllegalEntry(Exception):  # noqa: N818 - a defect, never shown as a user's error
    """An entry that cannot follow the step's last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the journal; `output` of a DONE, `problem` of a failure."""

    step: str
    mark: Mark
    at: float
    output: Mapping[str, Any] | None = None
    problem: Mapping[str, Any] | None = None


class Journal(Protocol):
    """The journal of one saga; an entry is on disk when `record` returns."""

    def record(
        self,
        step: str,
        mark: Mark,
        *,
        output: Mapping[str, Any] | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an entry, durably.  Raises IllegalEntry."""
        ...

    def entries(self) -> Sequence[Entry]:
        """Return all entries, oldest first."""
        ...


def last_marks(entries: Sequence[Entry]) -> dict[str, Mark]:
    """Return each step's last mark, in the order in which the steps first appear."""
    return {entry.step: entry.mark for entry in entries}


def check_follows(last: Mark | None, mark: Mark, step: str) -> None:
    """Raise IllegalEntry where `mark` may not follow `last`."""
    if mark not in FOLLOWS[last]:
        raise IllegalEntry(f"{step}: {mark} cannot follow {last}")


class MemoryJournal:
    """A journal that lives as long as the process: for tests."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def record(
        self,
        step: str,
        mark: Mark,
        *,
        output: Mapping[str, Any] | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an entry."""
        check_follows(last_marks(self._entries).get(step), mark, step)
        self._entries.append(Entry(step=step, mark=mark, at=0.0, output=output, problem=problem))

    def entries(self) -> Sequence[Entry]:
        """Return all entries, oldest first."""
        return tuple(self._entries)
