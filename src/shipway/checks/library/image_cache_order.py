"""Builds that install everything again after each change of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import NOTICE, Facts, Finding, Place, Words, check, needs

_INSTALL = re.compile(
    r"\b(pip3? install (?!.*--upgrade pip$)|uv sync|uv pip install|poetry install|npm (ci|install)\b(?! -g)|pnpm (i|install)\b"
    r"|yarn( install)?($| --)|bundle install|go mod download|composer install)"
)


@check(
    "images.cache-order",
    NOTICE,
    needs=needs.DOCKERFILES,
    serves=("R070", "R191"),
    title=Words(
        "A change of code does not install everything anew",
        "코드만 바뀌면 의존성을 다시 설치하지 않는다",
    ),
    fix=Words(
        "copy the lock file and install first, then COPY the rest",
        "잠금 파일을 먼저 복사해 설치한 뒤 나머지를 COPY하세요",
    ),
)
def cache_order(facts: Facts) -> Iterator[Finding]:
    """Find them: seconds become minutes at every deploy."""
    for file in facts.dockerfiles:
        for stage in file.stages:
            copied = None
            for instruction in stage.instructions:
                everything = re.match(r"(--(?!from)\S+\s+)*\.\s+\S+$", instruction.value)
                if instruction.word in {"COPY", "ADD"} and everything:
                    copied = instruction
                elif instruction.word == "RUN" and copied and _INSTALL.search(instruction.value):
                    yield Finding(
                        place=Place(file.path, copied.line),
                        wrong=Words(
                            "everything is copied before dependencies are installed",
                            "의존성을 설치하기 전에 모든 파일을 복사합니다",
                        ),
                    )
                    break
