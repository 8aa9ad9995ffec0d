"""Workers that are killed in the middle of a job."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import NOTICE, Facts, Finding, Words, check, needs

_WORKER = re.compile(
    r"\bcelery\b.*\bworker\b|\brq worker\b|\bdramatiq\b|\barq\b|\bworker\.(js|ts|mjs)\b"
)


@check(
    "compose.worker-grace",
    NOTICE,
    needs=needs.SERVICES,
    serves=("R134",),
    title=Words("Workers may finish the job in hand", "워커가 처리 중인 작업을 마칠 시간이 있다"),
    fix=Words(
        "set stop_grace_period to the longest job, such as 2m",
        "stop_grace_period를 가장 긴 작업 시간(예: 2m)으로 정하세요",
    ),
)
def worker_grace(facts: Facts) -> Iterator[Finding]:
    """Find them: ten seconds after SIGTERM comes SIGKILL, and the job is lost or done twice."""
    for service in facts.services:
        if _WORKER.search(service.command) and not service.definition.get("stop_grace_period"):
            yield Finding(
                place=service.command_place(),
                wrong=Words(
                    f"{service.name} has 10 s to finish, then it is killed",
                    f"{service.name}은(는) 10초 안에 끝내지 못하면 강제 종료됩니다",
                ),
            )
