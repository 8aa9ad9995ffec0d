"""An application that needs pgvector on a PostgreSQL without it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.images import image_name
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_EXTENSION = re.compile(
    r"CREATE\s+EXTENSION\s+(IF\s+NOT\s+EXISTS\s+)?[\\\"']*vector\b|Unsupported\(\"vector|extensions\s*=\s*\[[^\]]*\bvector",
    re.IGNORECASE,
)
_PLAIN = frozenset({"postgres", "postgresql"})


@check(
    "compose.pgvector",
    ERROR,
    needs=needs.SERVICES,
    serves=("D09", "R033"),
    title=Words(
        "PostgreSQL has the extensions that the code asks for",
        "코드가 쓰는 확장이 PostgreSQL 이미지에 있다",
    ),
    fix=Words(
        "use pgvector/pgvector:pg16 (the same major version) everywhere",
        "어디서나 pgvector/pgvector:pg16(같은 메이저 버전)을 쓰세요",
    ),
)
def pgvector(facts: Facts) -> Iterator[Finding]:
    """Find them: the migration fails at CREATE EXTENSION, on the server first."""
    if not _needs_vector(facts):
        return
    for service in facts.services:
        if service.image_name in _PLAIN:
            yield _finding(service.place("image"), service.image)
    for workflow in facts.workflows:
        for job in workflow.jobs:
            for item in job.body.get("services").items.values():
                image = item.get("image")
                if image_name(image.text) in _PLAIN:
                    yield _finding(Place(workflow.path, image.line), image.text)


def _needs_vector(facts: Facts) -> bool:
    if "pgvector" in facts.dependencies:
        return True
    paths = (*facts.files.named("*.sql", "*.prisma"), *facts.python)
    return any(_EXTENSION.search(facts.files.text(path)) for path in paths)


def _finding(place: Place, image: str) -> Finding:
    return Finding(
        place=place,
        wrong=Words(
            f"the application needs the extension `vector`, and {image} does not have it",
            f"애플리케이션은 `vector` 확장이 필요하지만 {image}에는 없습니다",
        ),
    )
