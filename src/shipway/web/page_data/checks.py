"""The checklist as evidence: what was looked at, when, for which release, and what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from shipway.api.service import Service
from shipway.model.evidence import Evidence, Result, artifacts_mark
from shipway.model.names import EnvironmentId
from shipway.model.words import Words

ORDER = {Result.FAILED: 0, Result.NOT_CHECKED: 1, Result.ATTESTED: 2, Result.PASSED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line.  stale: it was seen on other artifacts than those that are live.

    title: what the check is called; None for a journey, which its project names.
    """

    evidence: Evidence
    stale: bool
    title: Words | None


def checklist(service: Service, environment: EnvironmentId) -> list[Line]:
    """Return the newest evidence of every check, what failed first."""
    store = service.world.store
    live = store.placements.live(environment)
    mark = (
        artifacts_mark(store.catalog.release(environment.project, live.release).artifacts)
        if live
        else None
    )
    found = [
        *store.evidence.latest(environment.project, environment),
        *store.evidence.latest(environment.project, None),
    ]
    lines = [
        Line(
            evidence=item,
            stale=item.artifacts is not None and item.artifacts != mark,
            title=titles().get(item.check),
        )
        for item in found
    ]
    return sorted(
        lines,
        key=lambda line: (ORDER[line.evidence.result], line.evidence.check, line.evidence.subject),
    )


@cache
def titles() -> dict[str, Words]:
    """Return what every check is called, by its id."""
    from shipway.checks import all_checks  # late: a daemon that nobody looks at does without
    from shipway.checks.live import live_checks

    found = {item.id: item.title for item in all_checks()}
    return found | {item.id: item.title for item in live_checks()}


def counts(lines: list[Line]) -> Mapping[str, int]:
    """Return how many of each result there are."""
    return {
        result.value: sum(line.evidence.result is result for line in lines) for result in Result
    }
