"""With which version of an environment's secrets each release was brought in."""

from __future__ import annotations

from shipway.model.names import EnvironmentId
from shipway.store.database import Database


class SecretVersions:
    """Numbers of versions, by placement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, environment: EnvironmentId, release: int, version: int) -> None:
        """Record the version that a placement was resolved with."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO placement_secrets VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET version = excluded.version",
                (environment.project, environment.name, release, version),
            )

    def of(self, environment: EnvironmentId, release: int) -> int | None:
        """Return the version that a placement was resolved with; None where none is known."""
        row = self._database.connection.execute(
            "SELECT version FROM placement_secrets"
            " WHERE project = ? AND environment = ? AND release = ?",
            (environment.project, environment.name, release),
        ).fetchone()
        return None if row is None else int(row["version"])
