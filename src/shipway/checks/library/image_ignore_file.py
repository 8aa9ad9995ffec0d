"""Builds that copy everything, `.git` and `.env` included."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.dockerfiles import Dockerfile
from shipway.checks.facts.paths import joined
from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs


@check(
    "images.ignore-file",
    WARNING,
    needs=needs.DOCKERFILES,
    serves=("R061", "R069"),
    title=Words("Images do not take in .env and .git", "이미지에 .env와 .git이 들어가지 않는다"),
    fix=Words(
        "write a .dockerignore beside it: .git, .env*, node_modules, .venv",
        "옆에 .dockerignore를 두세요: .git, .env*, node_modules, .venv",
    ),
)
def ignore_file(facts: Facts) -> Iterator[Finding]:
    """Find them: `COPY . .` without a .dockerignore puts the server's own .env into a layer."""
    for file in facts.dockerfiles:
        context = _context(facts, file)
        if {joined(context, ".dockerignore"), f"{file.path}.dockerignore"} & set(facts.files.paths):
            continue
        for stage in file.stages:
            for instruction in stage.of("COPY", "ADD"):
                if re.match(r"(--(?!from)\S+\s+)*\.\s+\S+$", instruction.value):
                    yield Finding(
                        place=Place(file.path, instruction.line),
                        wrong=Words(
                            "copies everything, and no .dockerignore leaves .env and .git out",
                            "모두 복사하지만 .env와 .git을 제외할 .dockerignore가 없습니다",
                        ),
                    )


def _context(facts: Facts, file: Dockerfile) -> str:
    """Return the build's directory: Compose's, else the file's own."""
    for service in facts.services:
        context = service.build_context()
        if context is not None and service.dockerfile() == file.path:
            return context
    return file.path.rpartition("/")[0] or "."
