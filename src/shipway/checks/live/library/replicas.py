"""R135, R222: every service has the instances that it should have, and exactly one scheduler."""

from __future__ import annotations

from shipway.checks.live.kit import ERROR, Live, Seen, Words, live
from shipway.model.words import plural
from shipway.model.workload import Health, Role


@live(
    "live.replicas",
    ERROR,
    serves=("R031", "R187", "R222"),
    title=Words("All instances run", "모든 인스턴스가 실행 중입니다"),
    fix=Words(
        "shipway logs SERVICE, then deploy again", "shipway logs SERVICE 로 원인을 확인하세요"
    ),
)
def look(seen: Live) -> Seen:
    """Compare running instances with what is declared."""
    wrong = []
    counts = {}
    for service in seen.app.services:
        if service.role is Role.JOB:
            continue
        mine = seen.instances(service.name)
        counts[service.name] = len(mine)
        if len(mine) != service.replicas:
            wrong.append(
                Words(
                    f"{service.name}: {len(mine)} of {service.replicas} run",
                    f"{service.name}: {service.replicas}개 중 {len(mine)}개 실행 중",
                )
            )
        wrong += [
            Words(f"{item.name} is unhealthy", f"{item.name} 상태 이상")
            for item in mine
            if item.health is Health.UNHEALTHY
        ]
    total = sum(counts.values())
    return Seen(
        says=Words(plural(total, "instance runs", "instances run"), f"인스턴스 {total}개 실행 중"),
        wrong=tuple(wrong),
        figures=counts,
    )
