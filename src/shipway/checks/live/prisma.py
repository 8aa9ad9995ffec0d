"""Prisma's account of migrations, read where it is kept: the table `_prisma_migrations`.

A migration is a folder with `migration.sql`; its row has the SHA-256 of that file, and is
finished, or failed, or was rolled back (Prisma Migrate, "About migration histories").
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipway.checks.facts.files import Files
from shipway.checks.live.model import Seen
from shipway.checks.live.postgres import login, rows
from shipway.checks.live.scene import Live, nothing
from shipway.model.words import Words

FOLDER = re.compile(r"^(?P<home>(?:.*/)?prisma/migrations)/(?P<name>[^/]+)/migration\.sql$")
SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the account."""

    name: str
    checksum: str
    finished: bool
    rolled_back: bool


def look(seen: Live) -> Seen | None:
    """Return how account and folders agree; None where the release carries no such folders."""
    if seen.scene.source is None:
        return None
    carried = carried_by(seen.scene.source)
    if not carried:
        return None
    if len(carried) > 1:
        homes = ", ".join(sorted(carried))
        raise nothing(
            f"there are several accounts to be kept, and it is not known by whom: {homes}",
            f"마이그레이션 폴더가 여럿이라 대상을 알 수 없습니다: {homes}",
        )
    databases = seen.stores("postgres")
    if not databases:
        raise nothing("no PostgreSQL runs here", "실행 중인 PostgreSQL이 없습니다")
    (wanted,) = carried.values()
    accounts = (read(seen, (service.name, address, port)) for service, address, port in databases)
    return judge(wanted, next((one for one in accounts if one is not None), None))


def carried_by(source: Path) -> dict[str, dict[str, str]]:
    """Return, by folder of migrations, the checksum of each by name."""
    found: dict[str, dict[str, str]] = {}
    for path in Files(source).paths:
        if match := FOLDER.match(path):
            checksum = hashlib.sha256((source / path).read_bytes()).hexdigest()
            found.setdefault(match["home"], {})[match["name"]] = checksum
    return found


def read(seen: Live, where: tuple[str, str, int]) -> list[Row] | None:
    """Return a database's account, None where it keeps none."""
    from psycopg import errors, sql

    table = sql.Identifier(login(seen, where[0]).schema, "_prisma_migrations")
    query = sql.SQL(
        "SELECT migration_name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT NULL"
        " FROM {}"
    ).format(table)
    try:
        return [_row(one) for one in rows(seen, where, query)]
    except errors.UndefinedTable:
        return None


def _row(one: tuple[Any, ...]) -> Row:
    return Row(name=one[0], checksum=one[1], finished=one[2], rolled_back=one[3])


def judge(wanted: Mapping[str, str], account: Iterable[Row] | None) -> Seen:
    """Return what folders and account say of each other.  Pure; account None: there is none."""
    kept = list(account or ())
    applied = {row.name: row.checksum for row in kept if row.finished and not row.rolled_back}
    failed = {row.name for row in kept if not row.finished and not row.rolled_back} - set(applied)
    missing = sorted(set(wanted) - set(applied) - failed)
    unknown = sorted(set(applied) - set(wanted))
    changed = sorted(name for name in wanted if applied.get(name, wanted[name]) != wanted[name])
    there = len(set(wanted) & set(applied))
    return Seen(
        says=Words(
            f"{there} of {len(wanted)} migrations are on the database's account",
            f"마이그레이션 {len(wanted)}개 중 {there}개 적용",
        ),
        wrong=(
            *_each(missing, "is not applied", "미적용"),
            *_each(sorted(failed), "failed half-way", "적용 중 실패"),
            *_each(changed, "was changed after it was applied", "적용 후 파일이 바뀜"),
            *_each(
                unknown,
                "is in the database, and not in this release",
                "데이터베이스에만 있고 릴리스에 없음",
            ),
        ),
        figures={"release": len(wanted), "applied": there, "account": account is not None},
    )


def _each(names: list[str], en: str, ko: str) -> tuple[Words, ...]:
    shown = [Words(f"{name} {en}", f"{name}: {ko}") for name in names[:SHOWN]]
    if len(names) > SHOWN:
        more = len(names) - SHOWN
        shown.append(Words(f"{more} more: {en}", f"외 {more}개: {ko}"))
    return tuple(shown)
