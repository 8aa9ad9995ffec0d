"""Evidence, append-only: what checks saw; the newest of each is never removed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from shipway.model.evidence import Evidence, Result
from shipway.model.names import EnvironmentId
from shipway.model.words import Words
from shipway.store.database import Database

KEPT_EACH = 200
KEPT_S = 400 * 86_400.0

_OF = "project = ? AND environment IS ?"
_LATEST = (
    "SELECT * FROM evidence WHERE id IN ("
    "SELECT max(id) FROM evidence WHERE {where} GROUP BY check_id, subject)"
    " ORDER BY check_id, subject"
)


class EvidenceStore:
    """What was seen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, found: Sequence[Evidence]) -> None:
        """Append."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO evidence (project, environment, check_id, subject, result, at,"
                " release, artifacts, says_en, says_ko, figures_json, by, until)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_values(item) for item in found],
            )

    def latest(
        self,
        project: str,
        environment: EnvironmentId | None,
        *,
        check: str | None = None,
        artifacts: str | None = None,
    ) -> tuple[Evidence, ...]:
        """Return the newest of each check and subject, by id."""
        where, values = _OF, [project, environment.name if environment else None]
        if check is not None:
            where += " AND (check_id = ? OR substr(check_id, 1, length(?) + 1) = ? || '.')"
            values += [check, check, check]
        if artifacts is not None:
            where += " AND artifacts = ?"
            values.append(artifacts)
        rows = self._database.connection.execute(_LATEST.format(where=where), values)
        return tuple(_evidence(row) for row in rows)

    def attested(
        self, project: str, environment: EnvironmentId | None, *, now: float
    ) -> tuple[Evidence, ...]:
        """Return the newest word of a person on each check and subject that still counts."""
        where = f"{_OF} AND result = 'attested' AND until >= ?"
        rows = self._database.connection.execute(
            _LATEST.format(where=where), (project, environment.name if environment else None, now)
        )
        return tuple(_evidence(row) for row in rows)

    def history(
        self,
        project: str,
        environment: EnvironmentId | None,
        check: str,
        *,
        subject: str = "",
        limit: int = 50,
    ) -> tuple[Evidence, ...]:
        """Return what a check saw, the newest first."""
        rows = self._database.connection.execute(
            f"SELECT * FROM evidence WHERE {_OF} AND check_id = ? AND subject = ?"  # noqa: S608
            " ORDER BY id DESC LIMIT ?",
            (project, environment.name if environment else None, check, subject, limit),
        )
        return tuple(_evidence(row) for row in rows)

    def prune(self, now: float, *, kept_s: float = KEPT_S, kept_each: int = KEPT_EACH) -> int:
        """Remove what is older, or beyond the newest `kept_each`; never the newest."""
        with self._database.transaction() as connection:
            done = connection.execute(
                "DELETE FROM evidence WHERE id IN (SELECT id FROM ("
                " SELECT id, at, row_number() OVER ("
                "  PARTITION BY project, environment, check_id, subject ORDER BY id DESC) AS place"
                " FROM evidence) WHERE place > 1 AND (at < ? OR place > ?))",
                (now - kept_s, kept_each),
            )
            return done.rowcount


def _values(item: Evidence) -> tuple[object, ...]:
    return (
        item.project,
        item.environment.name if item.environment else None,
        item.check,
        item.subject,
        item.result.value,
        item.at,
        item.release,
        item.artifacts,
        item.says.en,
        item.says.ko,
        json.dumps(dict(item.figures), ensure_ascii=False),
        item.by,
        item.until,
    )


def _evidence(row: sqlite3.Row) -> Evidence:
    name = row["environment"]
    return Evidence(
        check=row["check_id"],
        subject=row["subject"],
        result=Result(row["result"]),
        at=row["at"],
        project=row["project"],
        environment=None if name is None else EnvironmentId(row["project"], name),
        release=row["release"],
        artifacts=row["artifacts"],
        says=Words(row["says_en"], row["says_ko"]),
        figures=json.loads(row["figures_json"]),
        by=row["by"],
        until=row["until"],
    )
