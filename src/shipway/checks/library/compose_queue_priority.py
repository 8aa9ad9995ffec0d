"""Queues named by priority, consumed in turn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Words, check, needs

_QUEUES = re.compile(r"\bcelery\b.*\bworker\b.*?(?:-Q|--queues)[ =](?P<names>[\w,.-]+)")
_RANKS = frozenset(
    {"critical", "urgent", "highest", "high", "medium", "normal", "default", "low", "lowest"}
)
_ORDERED = re.compile(r"queue_order_strategy['\"]?\s*[:=]\s*['\"](priority|sorted)")


@check(
    "compose.queue-priority",
    WARNING,
    needs=needs.SERVICES,
    serves=("D32", "R211"),
    title=Words(
        "Queues named by priority are served by priority",
        "우선순위 이름의 큐가 우선순위대로 처리된다",
    ),
    fix=Words(
        'set broker_transport_options = {"queue_order_strategy": "priority"}, or give the urgent'
        " queue a worker of its own",
        'broker_transport_options = {"queue_order_strategy": "priority"}를 설정하거나 급한 큐에'
        " 전용 워커를 두세요",
    ),
)
def queue_priority(facts: Facts) -> Iterator[Finding]:
    """Find them: `-Q critical,low` on Redis takes from each queue in turn (kombu's default)."""
    if any(_ORDERED.search(facts.files.text(path)) for path in facts.python):
        return
    for service in facts.services:
        found = _QUEUES.search(service.command)
        names = found["names"].split(",") if found else []
        ranked = [name for name in names if re.split(r"[-_.]", name.lower())[-1] in _RANKS]
        if len(ranked) > 1:
            yield Finding(
                place=service.command_place(),
                wrong=Words(
                    f"{service.name} takes from {', '.join(ranked)} in turn, not by priority",
                    f"{service.name}은(는) {', '.join(ranked)} 큐를 우선순위가 아니라 번갈아"
                    " 처리합니다",
                ),
            )
