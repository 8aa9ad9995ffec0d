"""Tests on another database than the one that runs."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.images import store_family
from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs


@check(
    "pipeline.database-differs",
    WARNING,
    needs=needs.WORKFLOWS,
    serves=("R200", "R196", "D09"),
    title=Words(
        "Tests run on the databases of production", "테스트가 운영과 같은 데이터베이스를 쓴다"
    ),
    fix=Words(
        "use the same image in the workflow and in Compose",
        "워크플로와 Compose에서 같은 이미지를 쓰세요",
    ),
)
def database_differs(facts: Facts) -> Iterator[Finding]:
    """Find them: what passes there may fail here."""
    deployed: dict[str, set[str]] = {}
    for service in facts.services:
        family = store_family(service.image)
        if family and "$" not in service.written("image").text:
            deployed.setdefault(family, set()).add(service.image)
    for workflow in facts.workflows:
        for job in workflow.jobs:
            for item in job.body.get("services").items.values():
                image = item.get("image") or item
                known = deployed.get(store_family(image.text), set())
                if known and image.text not in known and "$" not in image.text:
                    yield Finding(
                        place=Place(workflow.path, image.line),
                        wrong=Words(
                            f"{image.text} here, {' and '.join(sorted(known))} in Compose",
                            f"여기는 {image.text}, Compose는 {', '.join(sorted(known))}입니다",
                        ),
                    )
