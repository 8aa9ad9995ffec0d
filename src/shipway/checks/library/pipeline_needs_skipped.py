"""Jobs that need one which is skipped whenever they would run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs
from shipway.checks.library.pipeline_unreachable_job import BRANCH_ONLY, TAG_ONLY

_ANYWAY = re.compile(r"always\(\)|!cancelled\(\)|!failure\(\)|\.result")


@check(
    "pipeline.needs-skipped",
    ERROR,
    needs=needs.WORKFLOWS,
    serves=("D07", "R201"),
    title=Words("No job waits for one that is skipped", "건너뛰는 작업을 기다리는 작업이 없다"),
    fix=Words(
        "let both run on the same event, or part them into two workflows",
        "두 작업을 같은 이벤트에서 실행하거나 워크플로를 나누세요",
    ),
)
def needs_skipped(facts: Facts) -> Iterator[Finding]:
    """Find them: a skipped need skips the job, without an error."""
    for workflow in facts.workflows:
        for job in workflow.jobs:
            if _ANYWAY.search(job.condition):
                continue
            for name in job.needs:
                other = workflow.job(name)
                if other is not None and _exclude(job.condition, other.condition):
                    yield Finding(
                        place=Place(workflow.path, job.body.get("needs").line),
                        wrong=Words(
                            f"{job.name} needs {name}, which is skipped whenever {job.name} would run",
                            f"{job.name}이(가) 기다리는 {name}은(는) 이때 항상 건너뜁니다",
                        ),
                    )


def _exclude(mine: str, other: str) -> bool:
    if "||" in mine or "||" in other:
        return False
    first, second = BRANCH_ONLY.search(mine), BRANCH_ONLY.search(other)
    if first and second:
        return first["branch"] != second["branch"]
    return bool((TAG_ONLY.search(mine) and second) or (first and TAG_ONLY.search(other)))
