"""The audit trail: append-only, who did what and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shipway.model.names import EnvironmentId
from shipway.model.records import AuditEntry
from shipway.ports import Clock
from shipway.store.database import Database


class Audit:
    """The trail."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self,
        who: str,
        action: str,
        environment: EnvironmentId | None = None,
        *,
        project: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Append one entry; `details` never hold a secret."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO audit (at, who, action, project, environment, details_json)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    self._clock.now(),
                    who,
                    action,
                    environment.project if environment else project,
                    environment.name if environment else None,
                    json.dumps(dict(details or {})),
                ),
            )

    def recent(
        self, *, project: str | None = None, environment: str | None = None, limit: int = 50
    ) -> tuple[AuditEntry, ...]:
        """Return the latest entries, newest first."""
        rows = self._database.connection.execute(
            "SELECT at, who, action, project, environment, details_json FROM audit"
            " WHERE (? IS NULL OR project = ?) AND (? IS NULL OR environment = ?)"
            " ORDER BY id DESC LIMIT ?",
            (project, project, environment, environment, limit),
        )
        return tuple(
            AuditEntry(
                at=row["at"],
                who=row["who"],
                action=row["action"],
                project=row["project"],
                environment=row["environment"],
                details=json.loads(row["details_json"]),
            )
            for row in rows
        )
