"""Compilers that are left in the image that runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs

_INSTALL = re.compile(r"\b(apt-get|apt|apk|yum|dnf|microdnf)\s+(-\S+\s+)*(install|add)\b")
_TOOLS = re.compile(
    r"(?<![\w-])(gcc|g\+\+|build-essential|build-base|make|cmake|clang|musl-dev|python3-dev|cargo|rustc)(?![\w-])"
)
_REMOVED = re.compile(r"\b(apt-get (-\S+ )*(purge|remove|autoremove)|apk del|--virtual)\b")


@check(
    "images.toolchain",
    WARNING,
    needs=needs.DOCKERFILES,
    serves=("D23", "R072"),
    title=Words("No compiler is left in images that run", "실행 이미지에 컴파일러가 남지 않는다"),
    fix=Words(
        "build in a stage of its own and COPY --from=build what came out",
        "빌드 스테이지를 나누고 결과만 COPY --from=build로 가져오세요",
    ),
)
def toolchain(facts: Facts) -> Iterator[Finding]:
    """Find them: a larger image, slower to start, and tools for whoever breaks in."""
    for file in facts.dockerfiles:
        for stage in file.chain():
            for instruction in stage.of("RUN"):
                found = (
                    _TOOLS.search(instruction.value) if _INSTALL.search(instruction.value) else None
                )
                if found and not _REMOVED.search(instruction.value):
                    yield Finding(
                        place=Place(file.path, instruction.line),
                        wrong=Words(
                            f"{found[0]} stays in the image that is deployed",
                            f"배포되는 이미지에 {found[0]}이(가) 남습니다",
                        ),
                    )
