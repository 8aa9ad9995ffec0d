"""Jobs that wait for a tag in a workflow which no tag starts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.workflows import Workflow
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

TAG_ONLY = re.compile(
    r"(?<!!)(?:startsWith|contains)\(\s*github\.ref\s*,\s*'refs/tags/|github\.ref_type\s*==\s*'tag'"
)
BRANCH_ONLY = re.compile(r"github\.ref\s*==\s*'refs/heads/(?P<branch>[^']+)'")


@check(
    "pipeline.unreachable-job",
    ERROR,
    needs=needs.WORKFLOWS,
    serves=("D07", "R201"),
    title=Words("Every job can be started", "모든 작업이 실행될 수 있다"),
    fix=Words(
        "add the trigger: on: push: tags: ['v*']", "트리거를 추가하세요: on: push: tags: ['v*']"
    ),
)
def unreachable_job(facts: Facts) -> Iterator[Finding]:
    """Find them: the workflow is green for ever, and production never gets anything."""
    for workflow in facts.workflows:
        for job in workflow.jobs:
            if (
                TAG_ONLY.search(job.condition)
                and "||" not in job.condition
                and not _by_tag(workflow)
            ):
                yield Finding(
                    place=Place(workflow.path, job.condition_line),
                    wrong=Words(
                        f"{job.name} runs on tags only, and no tag starts this workflow",
                        f"{job.name}은(는) 태그에서만 실행되는데 태그로 시작되지 않는 워크플로입니다",
                    ),
                )


def _by_tag(workflow: Workflow) -> bool:
    """Return whether a tag can start it; a release or a call by hand may carry one too."""
    events = workflow.events
    if {"release", "create", "workflow_call"} & events.keys():
        return True
    if "push" not in events:
        return False
    push = events["push"]
    return bool(push.get("tags")) or not (push.get("branches") or push.get("tags-ignore"))
