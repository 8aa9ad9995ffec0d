"""Previews."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict

from shipway.model.names import EnvironmentId
from shipway.model.preview import Preview
from shipway.store.database import Database


class Previews:
    """See `shipway.ports_store.PreviewsPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, environment: EnvironmentId) -> Preview | None:
        """Return the preview, None where the environment is none."""
        row = self._database.connection.execute(
            "SELECT * FROM preview WHERE project = ? AND environment = ?",
            (environment.project, environment.name),
        ).fetchone()
        return None if row is None else _preview(row)

    def all(self, project: str | None = None) -> tuple[Preview, ...]:
        """Return the previews, the oldest first."""
        return self._database.remembered(("previews", project), lambda: self._all(project))

    def _all(self, project: str | None) -> tuple[Preview, ...]:
        rows = self._database.connection.execute(
            "SELECT * FROM preview WHERE ? IS NULL OR project = ? ORDER BY created_at, environment",
            (project, project),
        )
        return tuple(_preview(row) for row in rows)

    def put(self, preview: Preview) -> None:
        """Ensure that the preview is known; one that is known gets the new end only."""
        values = asdict(preview)
        environment = values.pop("environment")
        values |= {"project": environment["project"], "environment": environment["name"]}
        values |= {"masked": int(preview.masked), "copied": int(preview.copied)}
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        with self._database.transaction() as connection:
            connection.execute(
                f"INSERT INTO preview ({names}) VALUES ({marks})"  # noqa: S608 - names of a dataclass
                " ON CONFLICT (project, environment) DO UPDATE SET expires_at = excluded.expires_at",
                values,
            )

    def copied(self, environment: EnvironmentId) -> None:
        """Record that its data is there, masked."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE preview SET copied = 1 WHERE project = ? AND environment = ?",
                (environment.project, environment.name),
            )

    def remove(self, environment: EnvironmentId) -> None:
        """Ensure that neither the preview nor its environment is known any more."""
        with self._database.transaction() as connection:
            where = (environment.project, environment.name)
            connection.execute("DELETE FROM preview WHERE project = ? AND environment = ?", where)
            connection.execute(
                "UPDATE environment SET gone = 1 WHERE project = ? AND name = ?", where
            )


def _preview(row: sqlite3.Row) -> Preview:
    values = dict(row)
    environment = EnvironmentId(values.pop("project"), values.pop("environment"))
    masked, copied = bool(values.pop("masked")), bool(values.pop("copied"))
    return Preview(environment=environment, masked=masked, copied=copied, **values)
