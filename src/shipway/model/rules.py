"""The rules that hold where a project says nothing.  Pure.

The eight of operations practice, and what a server needs beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shipway.model.condition import Level
from shipway.model.observe import Rule
from shipway.model.watching import RuleChange
from shipway.model.words import Words

EIGHT: tuple[Rule, ...] = (
    Rule(
        id="api-p95",
        indicator="api-p95",
        threshold=0.8,
        target=0.5,
        unit="s",
        for_s=300.0,
        level=Level.NOTICE,
        words=Words("slow answers (P95)", "응답 지연 (P95)"),
        hint="shipway logs {subject} {environment}",
        missing_s=300.0,
    ),
    Rule(
        id="celery-queue",
        indicator="celery-queue",
        threshold=200.0,
        target=100.0,
        unit="tasks",
        level=Level.NOTICE,
        words=Words("Celery queue is long", "Celery 대기열 적체"),
        hint="shipway indicators {environment}",
    ),
    Rule(
        id="slow-queries",
        indicator="slow-queries",
        threshold=0.0,
        target=0.0,
        unit="queries",
        level=Level.RECORD,
        words=Words("slow queries", "슬로우 쿼리"),
        hint="shipway logs {subject} {environment} --search duration",
    ),
    Rule(
        id="redis-memory",
        indicator="redis-memory",
        threshold=80.0,
        target=80.0,
        unit="%",
        level=Level.NOTICE,
        words=Words("Redis memory", "Redis 메모리"),
        hint="shipway exec {subject} {environment} -- redis-cli info memory",
    ),
    Rule(
        id="success-ratio",
        indicator="success-ratio",
        compare="below",
        threshold=95.0,
        target=99.0,
        unit="%",
        level=Level.NOTICE,
        words=Words("success ratio is low", "성공률 저하"),
        hint="shipway logs {environment} --level error",
    ),
    Rule(
        id="websockets",
        indicator="websockets",
        threshold=800.0,
        target=1000.0,
        unit="connections",
        level=Level.WARNING,
        words=Words("WebSocket connections", "WebSocket 동시 연결"),
        hint="shipway indicators {environment}",
    ),
    Rule(
        id="disk",
        indicator="disk",
        threshold=80.0,
        target=80.0,
        unit="%",
        level=Level.URGENT,
        words=Words("disk is filling", "디스크 사용량"),
        hint="shipway clean",
    ),
    Rule(
        id="workers",
        indicator="workers-missing",
        threshold=0.0,
        target=0.0,
        unit="workers",
        for_s=20.0,
        level=Level.IMMEDIATE,
        words=Words("Celery workers do not answer", "Celery Worker 무응답"),
        hint="shipway logs {subject} {environment}",
    ),
)
"""Threshold, duration and severity as in the operations document (M1 to M8)."""

BESIDE: tuple[Rule, ...] = (
    Rule(
        id="instances",
        indicator="instances-missing",
        threshold=0.0,
        unit="instances",
        for_s=30.0,
        level=Level.IMMEDIATE,
        words=Words("instances are down", "인스턴스 중단"),
        hint="shipway logs {subject} {environment}",
    ),
    Rule(
        id="api-errors",
        indicator="api-errors",
        threshold=5.0,
        target=1.0,
        unit="%",
        for_s=300.0,
        level=Level.WARNING,
        words=Words("answers are errors (5xx)", "오류 응답 (5xx)"),
        hint="shipway logs {subject} {environment} --level error",
    ),
    Rule(
        id="redis-evictions",
        indicator="redis-evictions",
        threshold=0.0,
        unit="keys",
        level=Level.WARNING,
        words=Words("Redis throws keys away", "Redis 키 축출"),
        hint="shipway exec {subject} {environment} -- redis-cli config get maxmemory-policy",
    ),
    Rule(
        id="monitor",
        indicator="journey-failed",
        threshold=0.0,
        unit="failures",
        level=Level.URGENT,
        for_s=60.0,
        words=Words("a journey fails", "여정 점검 실패"),
        hint="shipway check {environment}",
    ),
    Rule(
        id="host-disk",
        indicator="host-disk",
        threshold=90.0,
        target=80.0,
        unit="%",
        level=Level.URGENT,
        words=Words("the server's disk is filling", "서버 디스크 사용량"),
        hint="shipway clean",
    ),
    Rule(
        id="host-memory",
        indicator="host-memory",
        threshold=95.0,
        target=85.0,
        unit="%",
        for_s=120.0,
        level=Level.WARNING,
        words=Words("the server's memory is nearly full", "서버 메모리 부족"),
        hint="shipway indicators",
    ),
)

DEFAULT_RULES = {rule.id: rule for rule in (*EIGHT, *BESIDE)}


def effective_rules(changes: Sequence[RuleChange]) -> tuple[Rule, ...]:
    """Return the rules with a project's changes; those that are switched off are left out."""
    by_rule = {change.rule: change for change in changes}
    found = []
    for rule in DEFAULT_RULES.values():
        change = by_rule.get(rule.id)
        if change is None:
            found.append(rule)
        elif change.enabled:
            given = {
                name: value
                for name in ("threshold", "for_s", "level", "target")
                if (value := getattr(change, name)) is not None
            }
            found.append(replace(rule, **given))
    return tuple(found)
