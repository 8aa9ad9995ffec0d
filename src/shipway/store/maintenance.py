"""Which environments are closed for maintenance."""

from __future__ import annotations

import json

from shipway.model.maintenance import Closed
from shipway.model.names import EnvironmentId
from shipway.ports import Clock
from shipway.store.database import Database


class MaintenanceStore:
    """See `shipway.ports_store.MaintenancePort`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def get(self, environment: EnvironmentId) -> Closed | None:
        """Return since when an environment is closed and for whom not; None: it is open."""
        return self._database.remembered(
            ("maintenance", environment), lambda: self._get(environment)
        )

    def _get(self, environment: EnvironmentId) -> Closed | None:
        row = self._database.connection.execute(
            "SELECT * FROM maintenance WHERE project = ? AND environment = ?",
            (environment.project, environment.name),
        ).fetchone()
        if row is None:
            return None
        return Closed(allow=tuple(json.loads(row["allow"])), since=row["since"], who=row["who"])

    def close(self, environment: EnvironmentId, allow: tuple[str, ...], who: str) -> None:
        """Ensure that the environment is closed but for these networks."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO maintenance VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (project, environment) DO UPDATE SET allow = excluded.allow",
                (environment.project, environment.name, json.dumps(allow), self._clock.now(), who),
            )

    def open(self, environment: EnvironmentId) -> None:
        """Ensure that the environment is open."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM maintenance WHERE project = ? AND environment = ?",
                (environment.project, environment.name),
            )
