"""Services that may take all of the machine's memory."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import NOTICE, Facts, Finding, Words, check, needs


@check(
    "compose.memory-limit-missing",
    NOTICE,
    needs=needs.SERVICES,
    serves=("R177",),
    title=Words("Every service has a memory limit", "모든 서비스에 메모리 한도가 있다"),
    fix=Words("add `mem_limit: 512m`, or what it needs", "`mem_limit: 512m`처럼 한도를 적으세요"),
)
def memory_limit_missing(facts: Facts) -> Iterator[Finding]:
    """Find them: one leak, and the kernel kills whatever is largest, mostly the database."""
    for service in facts.services:
        resources = (service.definition.get("deploy") or {}).get("resources") or {}
        limited = (resources.get("limits") or {}).get("memory")
        if not (limited or service.definition.get("mem_limit") or service.one_shot):
            yield Finding(
                place=service.place(),
                wrong=Words(
                    f"{service.name} may take all memory",
                    f"{service.name}이(가) 메모리를 모두 쓸 수 있습니다",
                ),
            )
