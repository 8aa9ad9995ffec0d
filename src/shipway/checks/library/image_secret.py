"""Secrets in an image's layers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs
from shipway.spec.secretwords import is_secret, url_password

_PAIR = re.compile(r"(?P<key>[A-Za-z_]\w*)[= ](?P<value>\"[^\"]*\"|'[^']*'|\S*)")
_ENV_FILE = re.compile(r"(^|[\s/])\.env(\.(production|prod|staging|local|common))?(?=\s)")


@check(
    "images.secret-inside",
    ERROR,
    needs=needs.DOCKERFILES,
    serves=("R061",),
    title=Words("No secret goes into an image", "이미지에 비밀 값이 들어가지 않는다"),
    fix=Words(
        "hand it over when the container starts, or while building with RUN --mount=type=secret",
        "컨테이너를 시작할 때 넘기거나 빌드 중에는 RUN --mount=type=secret을 쓰세요",
    ),
)
def secret_inside(facts: Facts) -> Iterator[Finding]:
    """Find them: `docker history` shows ENV and ARG to whoever can pull the image."""
    for file in facts.dockerfiles:
        for stage in file.stages:
            for instruction in stage.of("ENV", "ARG"):
                for match in _PAIR.finditer(instruction.value):
                    value = match["value"].strip("\"'")
                    literal = value and not value.startswith("$")
                    if literal and (is_secret(match["key"]) or url_password(value)):
                        yield _finding(Place(file.path, instruction.line), match["key"])
            for instruction in stage.of("COPY", "ADD"):
                if _ENV_FILE.search(f"{instruction.value} ".partition(" /")[0] + " "):
                    yield _finding(Place(file.path, instruction.line), ".env")


def _finding(place: Place, name: str) -> Finding:
    return Finding(
        place=place,
        wrong=Words(
            f"{name} stays readable in the image's layers",
            f"{name}이(가) 이미지 레이어에 그대로 남습니다",
        ),
    )
