"""Images that are another one tomorrow."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.images import image_tag
from shipway.checks.kit import WARNING, Facts, Finding, Words, check, needs


@check(
    "compose.latest-tag",
    WARNING,
    needs=needs.SERVICES,
    serves=("R196",),
    title=Words("Every image has a version", "모든 이미지에 버전이 적혀 있다"),
    fix=Words(
        "name a version, such as postgres:16.4, or a digest",
        "postgres:16.4처럼 버전이나 다이제스트를 적으세요",
    ),
)
def latest_tag(facts: Facts) -> Iterator[Finding]:
    """Find them: staging and production pull different images on different days."""
    for service in facts.services:
        image = service.image
        written = service.written("image").text or image
        if not image or service.builds or "$" in written or "@" in image:
            continue
        if image_tag(image) in {"", "latest"}:
            yield Finding(
                place=service.place("image"),
                wrong=Words(
                    f"{service.name}: {image} is whatever is newest on the day of the pull",
                    f"{service.name}: {image}은(는) 받는 날마다 다른 이미지일 수 있습니다",
                ),
            )
