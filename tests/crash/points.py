"""Every moment at which a daemon can die in a rollout: around each entry of its journal."""

from __future__ import annotations

from itertools import zip_longest

from shipway.model.records import RolloutKind
from shipway.rollout.story import STORIES
from shipway.saga.journal import Mark

Point = tuple[str, str, Mark, str]


def points(kind: RolloutKind) -> list[Point]:
    """Return (kind, step, mark, when) for each distinct moment of a rollout's journal.

    The moment before a step's intent is the one after its predecessor's outcome, so each
    is taken once.
    """
    found: list[Point] = []
    for position, step in enumerate(STORIES[kind]):
        if position == 0:
            found.append((kind, step.name, Mark.BEGUN, "before"))
        found.append((kind, step.name, Mark.BEGUN, "after"))
        found.append((kind, step.name, Mark.DONE, "before"))
        found.append((kind, step.name, Mark.DONE, "after"))
    return found


def rounds() -> list[tuple[Point | None, Point | None, Point | None]]:
    """Return the points in rounds of a deploy, a promotion and a rollback each."""
    return list(
        zip_longest(
            points(RolloutKind.DEPLOY), points(RolloutKind.PROMOTE), points(RolloutKind.ROLLBACK)
        )
    )


def crash_at(point: Point) -> str:
    """Return the value of SHIPWAY_CRASH_AT that names the point."""
    return ":".join(point)
