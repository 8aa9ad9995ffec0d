"""Silences: who wants to hear nothing of what, until when."""

from __future__ import annotations

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.observe import Silence
from shipway.ports import Clock
from shipway.store.database import Database


class Silences:
    """All silences; one that has ended is kept, for those who ask why nobody was told."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self,
        *,
        environment: EnvironmentId | None,
        condition: str,
        subject: str,
        until: float,
        by: str,
        reason: str,
    ) -> Silence:
        """Begin a silence."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO silence (project, environment, condition, subject, until, by, reason,"
                " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    environment.project if environment else "",
                    environment.name if environment else "",
                    *(condition, subject, until, by, reason),
                    self._clock.now(),
                ),
            )
        return Silence(
            id=int(cursor.lastrowid or 0),
            environment=environment,
            condition=condition,
            subject=subject,
            until=until,
            by=by,
            reason=reason,
        )

    def end(self, identifier: int) -> None:
        """End a silence now.  Raises Problem `no-silence`."""
        now = self._clock.now()
        with self._database.transaction() as connection:
            ended = connection.execute(
                "UPDATE silence SET until = ? WHERE id = ? AND until > ?", (now, identifier, now)
            ).rowcount
        if not ended:
            raise Problem(
                "no-silence",
                f"there is no silence #{identifier} that holds.",
                hints=["shipway incidents silences"],
            )

    def current(self) -> tuple[Silence, ...]:
        """Return the silences that hold now, the one that ends first before the others."""
        rows = self._database.connection.execute(
            "SELECT * FROM silence WHERE until > ? ORDER BY until, id", (self._clock.now(),)
        )
        return tuple(
            Silence(
                id=row["id"],
                environment=EnvironmentId(row["project"], row["environment"])
                if row["project"]
                else None,
                condition=row["condition"],
                subject=row["subject"],
                until=row["until"],
                by=row["by"],
                reason=row["reason"],
            )
            for row in rows
        )
