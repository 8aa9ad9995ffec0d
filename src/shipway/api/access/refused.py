"""An answer that the gate gives itself, in place of the application behind it."""

from __future__ import annotations

from shipway.errors import Problem


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """A request goes no further: it is answered with a status and a Problem."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem.message)
        self.status = status
        self.problem = problem
