"""A step of a saga: what it does, how it is undone, and how long it may take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from shipway.errors import Problem

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Watch:
    """A step's deadline and the question whether somebody wants it to stop.

    ends_at is on the clock of `time.monotonic`, in seconds.
    """

    step: str
    deadline_s: float
    ends_at: float
    cancelled: Callable[[], bool] = field(default=lambda: False, repr=False)

    @classmethod
    def start(
        cls, step: str, deadline_s: float, cancelled: Callable[[], bool] = lambda: False
    ) -> Watch:
        """Return a watch that begins now."""
        return cls(step, deadline_s, time.monotonic() + deadline_s, cancelled)

    @property
    def remaining_s(self) -> float:
        """Return the seconds left, at least 0."""
        return max(0.0, self.ends_at - time.monotonic())

    def check(self) -> None:
        """Raise Problem `cancelled` or `deadline` where one of them is due."""
        if self.cancelled():
            raise Problem("cancelled", f"{self.step}: aborted on request.")
        if self.remaining_s <= 0:
            raise Problem("deadline", f"{self.step}: not done after {self.deadline_s:g} s.")

    def pause(self, seconds: float) -> None:
        """Wait at most `seconds`, in slices, so that a cancel is seen within 0.1 s."""
        until = min(time.monotonic() + seconds, self.ends_at)
        while (left := until - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, 0.1))
        self.check()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[C]):
    """One step.  `do` and `undo` are "ensure…": safe to repeat after a crash in the middle.

    do: returns what later steps and a resumed run need to know, as JSON values.
    undo: brings back the state before; None: nothing to bring back, or it cannot be, which
    `stays` then says.
    forward_only: once it has begun, the saga is finished, never unwound.
    """

    name: str
    title: str
    do: Callable[[C, Watch], Mapping[str, Any] | None]
    undo: Callable[[C, Watch], None] | None = None
    stays: str | None = None
    deadline_s: float = 60.0
    forward_only: bool = False
