"""Migrations that run whenever an instance starts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.dependencies import with_scripts_of
from shipway.checks.facts.paths import joined
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

MIGRATION = re.compile(
    r"\b(alembic\s+upgrade|prisma\s+migrate\s+deploy|prisma\s+db\s+push|manage\.py\s+migrate"
    r"|flask\s+db\s+upgrade|rails\s+db:migrate|rake\s+db:migrate|knex\s+migrate|typeorm\s+migration:run"
    r"|sequelize\s+db:migrate|drizzle-kit\s+(migrate|push)|aerich\s+upgrade)"
)
SERVER = re.compile(
    r"\b(uvicorn|gunicorn|hypercorn|daphne|node|npm|pnpm|yarn|runserver|puma|fastapi|flask\s+run"
    r"|celery|exec)\b"
)


@check(
    "images.migration-at-start",
    ERROR,
    needs=needs.FILES,
    serves=("D22", "R109"),
    title=Words(
        "Migrations run once a release, not with each start",
        "마이그레이션은 기동할 때마다가 아니라 배포마다 한 번 실행된다",
    ),
    fix=Words(
        "start only the server there, and declare `migrate: {service: …, command: …}` in"
        " shipway.yaml (elsewhere: a job of its own)",
        "여기서는 서버만 시작하고 shipway.yaml에 `migrate: {service: …, command: …}`를"
        " 적으세요 (다른 곳이라면 별도 작업으로)",
    ),
)
def migration_at_start(facts: Facts) -> Iterator[Finding]:
    """Find them: two instances race, and a rollback runs it again."""
    for place, text in _starts(facts):
        found = MIGRATION.search(text)
        if found and SERVER.search(text.replace(found[0], "")):
            yield Finding(
                place=place,
                wrong=Words(
                    f"`{found[0]}` runs before the server at each start of each instance",
                    f"인스턴스가 뜰 때마다 서버보다 먼저 `{found[0]}`이(가) 실행됩니다",
                ),
            )


def _starts(facts: Facts) -> Iterator[tuple[Place, str]]:
    for file in facts.dockerfiles:
        for instruction in file.final.of("CMD", "ENTRYPOINT"):
            text = _with_scripts(facts, file.path, instruction.plain)
            yield Place(file.path, instruction.line), text
    for service in facts.services:
        if service.command:
            yield service.command_place(), service.command
    for path in facts.files.named("railway.toml", "railway.json", "Procfile", "nixpacks.toml"):
        for number, line in facts.files.numbered(path):
            if re.search(r"startCommand|^web:|^cmd\s*=", line):
                yield Place(path, number), line
    for path in facts.files.named("*entrypoint*.sh", "start.sh", "*entrypoint*"):
        text = "\n".join(facts.files.lines(path))
        for number, line in facts.files.numbered(path):
            if MIGRATION.search(line) and not line.lstrip().startswith("#"):
                yield Place(path, number), text


def _with_scripts(facts: Facts, dockerfile: str, text: str) -> str:
    """Return a start command with what `npm run …` means in the package.json beside it."""
    path = joined(dockerfile.rpartition("/")[0], "package.json")
    return with_scripts_of(facts.files.text(path), text) if path in facts.files.paths else text
