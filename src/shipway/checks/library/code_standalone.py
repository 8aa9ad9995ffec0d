"""A Dockerfile that copies Next.js' standalone output, which is not made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs


@check(
    "code.next-standalone",
    ERROR,
    needs=needs.DOCKERFILES,
    serves=("R074",),
    title=Words(
        "Next.js makes what the Dockerfile copies",
        "Dockerfile이 복사하는 Next.js 결과물이 만들어진다",
    ),
    fix=Words(
        "add `output: 'standalone'` to next.config",
        "next.config에 `output: 'standalone'`을 추가하세요",
    ),
)
def next_standalone(facts: Facts) -> Iterator[Finding]:
    """Find them: the build fails at the COPY."""
    for file in facts.dockerfiles:
        directory = str(PurePosixPath(file.path).parent)
        configs = [
            path
            for path in facts.files.named("next.config.*")
            if str(PurePosixPath(path).parent) == directory
        ]
        if any(
            re.search(r"output\s*:\s*[\"']standalone", facts.files.text(path)) for path in configs
        ):
            continue
        for stage in file.stages:
            for instruction in stage.of("COPY"):
                if ".next/standalone" in instruction.value:
                    yield Finding(
                        place=Place(file.path, instruction.line),
                        wrong=Words(
                            "copies .next/standalone, which next.config does not ask for",
                            ".next/standalone을 복사하지만 next.config에 설정이 없습니다",
                        ),
                    )
