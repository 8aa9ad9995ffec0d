"""Backup runs in the store."""

from __future__ import annotations

import json
import sqlite3

from shipway.errors import Problem
from shipway.model.backup_run import BackupRun, Part, RunKind, RunState
from shipway.model.names import EnvironmentId
from shipway.ports import Clock
from shipway.store.database import Database

RUNS_MAX = 2000


class BackupRuns:
    """See `shipway.ports_backup.BackupRuns`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def begin(self, environment: EnvironmentId, kind: RunKind, who: str) -> BackupRun:
        """Begin a run.  Raises Problem `backup-runs`."""
        try:
            with self._database.transaction() as connection:
                connection.execute(
                    "DELETE FROM backup_run WHERE project = ?1 AND environment = ?2 AND id NOT IN"
                    " (SELECT id FROM backup_run WHERE project = ?1 AND environment = ?2"
                    " ORDER BY id DESC LIMIT ?3)",
                    (environment.project, environment.name, RUNS_MAX),
                )
                row = connection.execute(
                    "INSERT INTO backup_run"
                    " (project, environment, kind, state, requested_by, began_at)"
                    " VALUES (?, ?, ?, 'running', ?, ?) RETURNING id",
                    (environment.project, environment.name, kind, who, self._clock.now()),
                ).fetchone()
        except sqlite3.IntegrityError as error:
            raise Problem(
                "backup-runs",
                f"{environment}: a backup runs already; there is one at a time.",
                hints=["shipway backup list, which shows how far it is"],
            ) from error
        return self.get(int(row["id"]))

    def add_part(self, run: int, part: Part) -> None:
        """Record what became of a source."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO backup_part (run, kind, subject, began_at, ended_at, backup,"
                " bytes, files, added_bytes, problem_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run,
                    part.kind,
                    part.subject,
                    part.began_at,
                    part.ended_at,
                    part.backup,
                    part.bytes,
                    part.files,
                    part.added_bytes,
                    None if part.problem is None else json.dumps(dict(part.problem)),
                ),
            )

    def end(self, run: int, state: RunState, problem: Problem | None = None) -> BackupRun:
        """End a run that is running; one that has ended stays as it is."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE backup_run SET state = ?, ended_at = ?, problem_json = ?"
                " WHERE id = ? AND state = 'running'",
                (
                    state,
                    self._clock.now(),
                    None if problem is None else json.dumps(problem.as_dict()),
                    run,
                ),
            )
        return self.get(run)

    def interrupt_all(self) -> int:
        """Mark what an earlier daemon left running as interrupted; return how many."""
        with self._database.transaction() as connection:
            return connection.execute(
                "UPDATE backup_run SET state = 'interrupted', ended_at = ? WHERE state = 'running'",
                (self._clock.now(),),
            ).rowcount

    def get(self, run: int) -> BackupRun:
        """Return a run.  Raises Problem `no-backup-run`."""
        rows = self._database.connection.execute(
            "SELECT * FROM backup_run WHERE id = ?", (run,)
        ).fetchall()
        if not rows:
            raise Problem(
                "no-backup-run", f"there is no backup run #{run}.", hints=["shipway backup list"]
            )
        return self._run(rows[0])

    def recent(
        self,
        environment: EnvironmentId | None = None,
        *,
        kind: RunKind | None = None,
        limit: int = 50,
    ) -> tuple[BackupRun, ...]:
        """Return the latest runs, newest first."""
        key = ("backup-runs", environment, kind, limit)
        return self._database.remembered(key, lambda: self._recent(environment, kind, limit))

    def _recent(
        self, environment: EnvironmentId | None, kind: RunKind | None, limit: int
    ) -> tuple[BackupRun, ...]:
        project, name = (environment.project, environment.name) if environment else (None, None)
        rows = self._database.connection.execute(
            "SELECT * FROM backup_run WHERE (?1 IS NULL OR (project = ?1 AND environment = ?2))"
            " AND (?3 IS NULL OR kind = ?3) ORDER BY id DESC LIMIT ?4",
            (project, name, kind, limit),
        ).fetchall()
        return tuple(self._run(row) for row in rows)

    def _run(self, row: sqlite3.Row) -> BackupRun:
        parts = self._database.connection.execute(
            "SELECT * FROM backup_part WHERE run = ? ORDER BY began_at, subject", (row["id"],)
        )
        return BackupRun(
            id=row["id"],
            environment=EnvironmentId(row["project"], row["environment"]),
            kind=RunKind(row["kind"]),
            state=RunState(row["state"]),
            requested_by=row["requested_by"],
            began_at=row["began_at"],
            ended_at=row["ended_at"],
            parts=tuple(_part(part) for part in parts),
            problem=_loaded(row["problem_json"]),
        )


def _part(row: sqlite3.Row) -> Part:
    return Part(
        subject=row["subject"],
        kind=row["kind"],
        began_at=row["began_at"],
        ended_at=row["ended_at"],
        backup=row["backup"],
        bytes=row["bytes"],
        files=row["files"],
        added_bytes=row["added_bytes"],
        problem=_loaded(row["problem_json"]),
    )


def _loaded(text: str | None) -> dict[str, object] | None:
    return None if text is None else json.loads(text)
