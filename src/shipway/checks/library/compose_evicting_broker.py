"""A broker that throws queued jobs away when memory is short."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.images import store_family
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_POLICY = re.compile(r"maxmemory-policy[ =](?P<policy>[a-z-]+)")
_QUEUES = frozenset(
    {"celery", "rq", "dramatiq", "arq", "huey", "bullmq", "bull", "bee-queue", "sidekiq"}
)


@check(
    "compose.evicting-broker",
    ERROR,
    needs=needs.SERVICES,
    serves=("D06", "R030", "R209"),
    title=Words("The broker never throws jobs away", "브로커가 대기 중인 작업을 버리지 않는다"),
    fix=Words(
        "write `--maxmemory-policy noeviction`, and give the cache a Redis of its own",
        "`--maxmemory-policy noeviction`으로 바꾸고 캐시는 별도 Redis로 나누세요",
    ),
)
def evicting_broker(facts: Facts) -> Iterator[Finding]:
    """Find them: the queue's length reads 0 while the jobs are gone."""
    if not _has_queue(facts):
        return
    for service in facts.services:
        if store_family(service.image) == "redis":
            found = _POLICY.search(service.command)
            if found and found["policy"] != "noeviction":
                yield _finding(service.command_place(), found["policy"])
    for path in facts.files.named("redis*.conf"):
        for number, line in facts.files.numbered(path):
            found = _POLICY.match(line.strip())
            if found and found["policy"] != "noeviction":
                yield _finding(Place(path, number), found["policy"])


def _has_queue(facts: Facts) -> bool:
    if _QUEUES & facts.dependencies:
        return True
    return any(
        re.search(r"\b(celery|rq|dramatiq|arq|bullmq)\b", item.command) for item in facts.services
    )


def _finding(place: Place, policy: str) -> Finding:
    return Finding(
        place=place,
        wrong=Words(
            f"{policy} evicts queued jobs like cache entries when memory is short",
            f"메모리가 모자라면 {policy} 정책이 대기 중인 작업을 캐시처럼 지웁니다",
        ),
    )
