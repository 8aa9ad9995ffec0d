"""Base images that are others tomorrow."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.images import image_tag
from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs


@check(
    "images.latest-base",
    WARNING,
    needs=needs.DOCKERFILES,
    serves=("R196", "R072"),
    title=Words("Every base image has a version", "모든 베이스 이미지에 버전이 있다"),
    fix=Words("name a version: FROM python:3.12-slim", "FROM python:3.12-slim처럼 버전을 적으세요"),
)
def latest_base(facts: Facts) -> Iterator[Finding]:
    """Find them: the same commit builds another image next month."""
    for file in facts.dockerfiles:
        names = {stage.name for stage in file.stages if stage.name}
        for stage in file.stages:
            base = stage.base
            if base == "scratch" or base.lower() in names or "$" in base or "@" in base:
                continue
            if image_tag(base) in {"", "latest"}:
                yield Finding(
                    place=Place(file.path, stage.line),
                    wrong=Words(f"{base} has no version", f"{base}에 버전이 없습니다"),
                )
