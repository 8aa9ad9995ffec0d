"""Backups, restore points and drills in the store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict

from shipway.model.backup import Backup, BackupKind, Drill, DrillCheck, RestorePoint
from shipway.model.names import EnvironmentId
from shipway.store.database import Database

DRILLS_OF_ONE = 50
DRILLS_MAX = 2000
POINTS_MAX = 200

_BACKUPS = (
    "SELECT * FROM backup WHERE project = ? AND environment = ?"
    " AND (? IS NULL OR kind = ?) AND (? IS NULL OR subject = ?)"
    " ORDER BY ended_at DESC, id"
)
_DRILLS = "SELECT * FROM drill WHERE project = ? AND environment = ? ORDER BY id DESC"
_GENERATION = (
    "SELECT generation FROM data_generation WHERE project = ? AND environment = ? AND service = ?"
)


class Backups:
    """See `shipway.ports_backup.BackupRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, backup: Backup) -> None:
        """Record a backup."""
        self._write(
            "INSERT INTO backup (project, environment, id, subject, kind, began_at, ended_at,"
            " bytes, facts_json, counts_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (
                backup.environment.project,
                backup.environment.name,
                backup.id,
                backup.subject,
                backup.kind.value,
                backup.began_at,
                backup.ended_at,
                backup.bytes,
                json.dumps(dict(backup.facts)),
                json.dumps(dict(backup.counts)),
            ),
        )

    def backups(
        self,
        environment: EnvironmentId,
        *,
        kind: BackupKind | None = None,
        subject: str | None = None,
    ) -> tuple[Backup, ...]:
        """Return backups, newest first."""
        values = (environment.project, environment.name, kind, kind, subject, subject)
        return self._database.remembered(
            ("backups", values), lambda: tuple(map(_backup, self._read(_BACKUPS, values)))
        )

    def forget(self, environment: EnvironmentId, ids: Sequence[str]) -> None:
        """Ensure that these are recorded no more."""
        self._write(
            "DELETE FROM backup WHERE project = ? AND environment = ?"
            " AND id IN (SELECT value FROM json_each(?))",
            (environment.project, environment.name, json.dumps(list(ids))),
        )

    def add_point(self, point: RestorePoint) -> None:
        """Record a restore point; of the oldest beyond a cap, nothing is kept."""
        key = (point.environment.project, point.environment.name, point.service)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO restore_point (project, environment, service, name, at,"
                " epoch, position) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*key, point.name, point.at, point.epoch, point.position),
            )
            connection.execute(
                "DELETE FROM restore_point WHERE project = ?1 AND environment = ?2"
                " AND service = ?3 AND name NOT IN (SELECT name FROM restore_point"
                " WHERE project = ?1 AND environment = ?2 AND service = ?3"
                " ORDER BY at DESC LIMIT ?4)",
                (*key, POINTS_MAX),
            )

    def points(self, environment: EnvironmentId) -> tuple[RestorePoint, ...]:
        """Return the restore points, newest first."""
        rows = self._read(
            "SELECT * FROM restore_point WHERE project = ? AND environment = ? ORDER BY at DESC",
            (environment.project, environment.name),
        )
        return tuple(_point(row) for row in rows)

    def forget_points(self, environment: EnvironmentId, service: str, names: Sequence[str]) -> None:
        """Ensure that these restore points are recorded no more."""
        self._write(
            "DELETE FROM restore_point WHERE project = ? AND environment = ? AND service = ?"
            " AND name IN (SELECT value FROM json_each(?))",
            (environment.project, environment.name, service, json.dumps(list(names))),
        )

    def add_drill(self, drill: Drill) -> None:
        """Record a drill; of the oldest of its subject beyond a cap, nothing is kept."""
        key = (drill.environment.project, drill.environment.name)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO drill (project, environment, subject, backup, began_at, ended_at,"
                " rto_s, rpo_s, passed, checks_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *key,
                    drill.subject,
                    drill.backup,
                    drill.began_at,
                    drill.ended_at,
                    drill.rto_s,
                    drill.rpo_s,
                    int(drill.passed),
                    json.dumps([asdict(check) for check in drill.checks]),
                ),
            )
            connection.execute(
                "DELETE FROM drill WHERE project = ?1 AND environment = ?2 AND subject = ?3"
                " AND id NOT IN (SELECT id FROM drill WHERE project = ?1 AND environment = ?2"
                " AND subject = ?3 ORDER BY id DESC LIMIT ?4)",
                (*key, drill.subject, DRILLS_OF_ONE),
            )
            connection.execute(
                "DELETE FROM drill WHERE project = ?1 AND environment = ?2 AND id NOT IN"
                " (SELECT id FROM drill WHERE project = ?1 AND environment = ?2"
                " ORDER BY id DESC LIMIT ?3)",
                (*key, DRILLS_MAX),
            )

    def drills(self, environment: EnvironmentId) -> tuple[Drill, ...]:
        """Return the drills, newest first."""
        values = (environment.project, environment.name)
        return self._database.remembered(
            ("drills", values), lambda: tuple(map(_drill, self._read(_DRILLS, values)))
        )

    def generation(self, environment: EnvironmentId, service: str) -> int:
        """Return which generation of its data a service mounts; 1 where none was restored."""
        values = (environment.project, environment.name, service)
        return self._database.remembered(
            ("generation", values),
            lambda: next((int(row["generation"]) for row in self._read(_GENERATION, values)), 1),
        )

    def set_generation(self, environment: EnvironmentId, service: str, generation: int) -> None:
        """Ensure that the service mounts this generation from its next start on."""
        self._write(
            "INSERT OR REPLACE INTO data_generation (project, environment, service, generation)"
            " VALUES (?, ?, ?, ?)",
            (environment.project, environment.name, service, generation),
        )

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        with self._database.transaction() as connection:
            connection.execute(statement, values)

    def _read(self, statement: str, values: tuple[object, ...]) -> list[sqlite3.Row]:
        return self._database.connection.execute(statement, values).fetchall()


def _environment(row: sqlite3.Row) -> EnvironmentId:
    return EnvironmentId(row["project"], row["environment"])


def _backup(row: sqlite3.Row) -> Backup:
    return Backup(
        id=row["id"],
        environment=_environment(row),
        subject=row["subject"],
        kind=BackupKind(row["kind"]),
        began_at=row["began_at"],
        ended_at=row["ended_at"],
        bytes=row["bytes"],
        facts=json.loads(row["facts_json"]),
        counts=json.loads(row["counts_json"]),
    )


def _point(row: sqlite3.Row) -> RestorePoint:
    return RestorePoint(
        environment=_environment(row),
        service=row["service"],
        name=row["name"],
        at=row["at"],
        epoch=row["epoch"],
        position=row["position"],
    )


def _drill(row: sqlite3.Row) -> Drill:
    return Drill(
        environment=_environment(row),
        subject=row["subject"],
        backup=row["backup"],
        began_at=row["began_at"],
        ended_at=row["ended_at"],
        rto_s=row["rto_s"],
        rpo_s=row["rpo_s"],
        checks=tuple(DrillCheck(**check) for check in json.loads(row["checks_json"])),
    )
