"""Production built anew instead of promoted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_BUILD = re.compile(
    r"\bdocker([ -]compose\b.*)? (buildx )?build\b|\bdocker[ -]compose\b.*\bup\b.*--build"
)
_BUILD_ACTION = re.compile(r"^docker/(build-push|bake)-action@")


@check(
    "pipeline.rebuilds-for-production",
    ERROR,
    needs=needs.WORKFLOWS,
    serves=("D07", "R075", "R097"),
    title=Words(
        "Production gets what staging tested", "프로덕션은 스테이징에서 시험한 것을 받는다"
    ),
    fix=Words(
        "pull the image of staging by its digest, or call `shipway promote`",
        "스테이징 이미지를 다이제스트로 받거나 `shipway promote`를 쓰세요",
    ),
)
def rebuilds_for_production(facts: Facts) -> Iterator[Finding]:
    """Find builds in the job for production, where another job builds for staging."""
    for workflow in facts.workflows:
        staged = any("stag" in f"{job.name} {job.environment}".lower() for job in workflow.jobs)
        for job in workflow.jobs:
            if not staged or "prod" not in f"{job.name} {job.environment}".lower():
                continue
            for step in job.body.get("steps").parts:
                run, uses = step.get("run"), step.get("uses")
                if _BUILD.search(run.text) or _BUILD_ACTION.match(uses.text):
                    yield Finding(
                        place=Place(workflow.path, (run or uses).line),
                        wrong=Words(
                            f"{job.name} builds again: other layers than those that staging tested",
                            f"{job.name}이(가) 다시 빌드하므로 스테이징에서 시험한 이미지가 아닙니다",
                        ),
                    )
