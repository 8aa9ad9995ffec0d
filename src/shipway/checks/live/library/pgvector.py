"""R033, D09: the extension that the code uses is in the database."""

from __future__ import annotations

from shipway.checks.facts.dependencies import dependencies
from shipway.checks.facts.files import Files
from shipway.checks.live.kit import ERROR, Live, Seen, Words, image_of, live, nothing
from shipway.checks.live.postgres import rows


@live(
    "live.pgvector",
    ERROR,
    serves=("R033", "D09"),
    title=Words("pgvector is in the database", "데이터베이스에 pgvector가 있습니다"),
    fix=Words(
        "CREATE EXTENSION vector, on an image that has it (pgvector/pgvector)",
        "pgvector 이미지를 쓰고 CREATE EXTENSION vector 를 실행하세요",
    ),
)
def look(seen: Live) -> Seen:
    """Ask each database of the application, where its code or its image wants the extension."""
    if not _wanted(seen):
        raise nothing("nothing here uses pgvector", "pgvector를 쓰지 않습니다")
    databases = seen.stores("postgres")
    if not databases:
        raise nothing("no PostgreSQL runs here", "실행 중인 PostgreSQL이 없습니다")
    there: dict[str, str | None] = {}
    for service, address, port in databases:
        there[service.name] = _extension(seen, (service.name, address, port))
    found = {name: version for name, version in there.items() if version}
    return Seen(
        says=Words(
            ", ".join(f"{name}: {version}" for name, version in found.items()),
            ", ".join(f"{name}: {version}" for name, version in found.items()),
        ),
        wrong=()
        if found
        else (
            Words(
                f"{', '.join(there)} has no extension vector",
                f"{', '.join(there)}에 vector 확장이 없습니다",
            ),
        ),
        figures=there,
    )


def _wanted(seen: Live) -> bool:
    if any(image_of(service) == "pgvector" for service in seen.app.services):
        return True
    source = seen.scene.source
    return source is not None and "pgvector" in dependencies(Files(source))


def _extension(seen: Live, where: tuple[str, str, int]) -> str | None:
    found = rows(seen, where, "SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    return str(found[0][0]) if found else None
