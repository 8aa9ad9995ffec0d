"""Which environments are not awake."""

from __future__ import annotations

import sqlite3

from shipway.model.names import EnvironmentId
from shipway.model.sleep import Sleep, SleepState
from shipway.ports import Clock
from shipway.store.database import Database


class Sleeps:
    """See `shipway.ports_store.SleepsPort`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def get(self, environment: EnvironmentId) -> Sleep | None:
        """Return the environment's sleep, None where it is awake."""
        return self._database.remembered(("sleep", environment), lambda: self._get(environment))

    def _get(self, environment: EnvironmentId) -> Sleep | None:
        row = self._database.connection.execute(
            "SELECT * FROM sleep WHERE project = ? AND environment = ?",
            (environment.project, environment.name),
        ).fetchone()
        return None if row is None else _sleep(row)

    def begin(self, environment: EnvironmentId, port: int) -> Sleep:
        """Ensure that the environment sleeps, with its waker on this port."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO sleep VALUES (?, ?, 'asleep', ?, ?)"
                " ON CONFLICT (project, environment) DO UPDATE SET port = excluded.port",
                (environment.project, environment.name, port, self._clock.now()),
            )
        found = self.get(environment)
        assert found is not None  # noqa: S101 - written just now
        return found

    def advance(self, environment: EnvironmentId, state: SleepState) -> None:
        """Record how far waking is."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE sleep SET state = ? WHERE project = ? AND environment = ?",
                (state, environment.project, environment.name),
            )

    def end(self, environment: EnvironmentId) -> None:
        """Ensure that the environment counts as awake."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM sleep WHERE project = ? AND environment = ?",
                (environment.project, environment.name),
            )


def _sleep(row: sqlite3.Row) -> Sleep:
    return Sleep(
        environment=EnvironmentId(row["project"], row["environment"]),
        state=SleepState(row["state"]),
        port=row["port"],
        since=row["since"],
    )
