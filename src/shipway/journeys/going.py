"""What is at hand while a journey goes: the target, what was saved, the time that is left.

Owns what requests and WebSockets have in common: expectations filled with the saved values,
values saved from what came, lines that hold no secret and are not too long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shipway.journeys.judge import pick
from shipway.journeys.result import StepResult
from shipway.journeys.target import Target
from shipway.journeys.values import Values
from shipway.journeys.web import Answer, Cookies
from shipway.model.journey import Expect, Step

if TYPE_CHECKING:
    from shipway.journeys.sockets import Sockets

Cancelled = Callable[[], bool]
LINE_LETTERS = 300


class Skip(Exception):  # noqa: N818 - no error: the journey's own word
    """The journey is not for this application; `step` said so, None: the journey itself."""

    def __init__(self, reason: str, step: StepResult | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.step = step


@dataclass(slots=True, kw_only=True)
class Going:
    """A journey under way; `until` on the monotonic clock."""

    target: Target
    values: Values
    cookies: Cookies
    until: float
    cancelled: Cancelled
    sockets: Sockets | None = None

    @property
    def left_s(self) -> float:
        """Return the seconds that are left, 0.1 at the least."""
        return max(0.1, self.until - time.monotonic())

    def open_sockets(self) -> Sockets:
        """Return the WebSockets; their library is loaded only for journeys that have some."""
        if self.sockets is None:
            from shipway.journeys.sockets import Sockets

            self.sockets = Sockets(self.target)
        return self.sockets


def filled(expect: Expect, values: Values) -> Expect:
    """Return what is expected, with the saved values in it."""
    return replace(
        expect,
        headers={key: values.text(item) for key, item in expect.headers.items()},
        json={path: values.fill(item) for path, item in expect.json.items()},
        contains=tuple(values.text(item) for item in expect.contains),
    )


def save(step: Step, found: Answer | str, values: Values) -> list[str]:
    """Keep what the step saves of what came; return why that cannot be, if so."""
    for name, rule in step.save.items():
        try:
            values.keep(name, pick(found, rule))
        except LookupError as error:
            return [f"{name} cannot be saved: {error.args[0]}"]
    return []


def cut(values: Values, line: str) -> str:
    """Return a line for the result: without secrets, not too long."""
    shown = values.shown(line)
    return shown if len(shown) <= LINE_LETTERS else f"{shown[: LINE_LETTERS - 1]}…"
