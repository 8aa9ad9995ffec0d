"""Services that stay down after a crash or a reboot."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Words, check, needs


@check(
    "compose.restart-missing",
    WARNING,
    needs=needs.SERVICES,
    serves=("R086", "R187"),
    title=Words("Every service comes back by itself", "모든 서비스가 스스로 다시 시작된다"),
    fix=Words("add `restart: unless-stopped`", "`restart: unless-stopped`를 추가하세요"),
)
def restart_missing(facts: Facts) -> Iterator[Finding]:
    """Find them: a crash at night or a reboot leaves the service down."""
    for service in facts.services:
        policy = (service.definition.get("deploy") or {}).get("restart_policy")
        if not (service.one_shot or service.definition.get("restart") or policy):
            yield Finding(
                place=service.place(),
                wrong=Words(
                    f"{service.name} stays down after a crash or a reboot",
                    f"{service.name}은(는) 죽거나 서버가 재부팅되면 다시 뜨지 않습니다",
                ),
            )
