"""A scheduler that runs more than once sends every job more than once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.compose import Service
from shipway.checks.kit import ERROR, Facts, Finding, Words, check, needs

_BEAT = re.compile(r"\bcelery\b.*\b(beat\b|worker\b.*(\s-B\b|--beat\b))")


@check(
    "compose.scheduler-once",
    ERROR,
    needs=needs.SERVICES,
    serves=("R031", "R222"),
    title=Words("The scheduler runs exactly once", "스케줄러는 정확히 하나만 실행된다"),
    fix=Words(
        "one service with one replica for `celery beat`, and workers without -B",
        "`celery beat`는 레플리카 하나인 서비스로 두고 워커에서는 -B를 빼세요",
    ),
)
def scheduler_once(facts: Facts) -> Iterator[Finding]:
    """Find them: two schedulers send each job twice."""
    for view in facts.deployed:
        beats = [item for item in view.services if _BEAT.search(item.command)]
        for service in beats:
            if service.replicas > 1:
                yield _finding(service, f"{service.replicas}")
        alone = [item for item in beats if not item.definition.get("profiles")]
        for service in alone[1:]:
            yield _finding(service, f"{len(alone)}")


def _finding(service: Service, count: str) -> Finding:
    return Finding(
        place=service.command_place(),
        wrong=Words(
            f"{service.name}: {count} schedulers run at the same time",
            f"{service.name}: 스케줄러 {count}개가 동시에 실행됩니다",
        ),
    )
