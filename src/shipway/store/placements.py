"""Placements: which releases are in an environment, in which state, and which one serves."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from shipway.errors import Problem
from shipway.model.lifecycle import (
    PLACEMENT_TRANSITIONS,
    PlacementEvent,
    PlacementState,
    advance,
)
from shipway.model.names import EnvironmentId, release_label
from shipway.model.records import Placement
from shipway.ports import Clock
from shipway.store.database import Database


class Placements:
    """The releases in each environment."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def place(self, environment: EnvironmentId, release: int, fingerprint: str) -> Placement:
        """Ensure that the release is being brought into the environment (state starting).

        A live or starting one stays what it is.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO placement (project, environment, release, state, fingerprint)"
                " VALUES (?, ?, ?, 'starting', ?) ON CONFLICT DO NOTHING",
                (environment.project, environment.name, release, fingerprint),
            )
            placement = self.advance(environment, release, PlacementEvent.START)
            connection.execute(
                "UPDATE placement SET fingerprint = ?"
                " WHERE project = ? AND environment = ? AND release = ?",
                (fingerprint, environment.project, environment.name, release),
            )
        return replace(placement, fingerprint=fingerprint)

    def advance(
        self,
        environment: EnvironmentId,
        release: int,
        event: PlacementEvent,
        *,
        warm_until: float | None = None,
    ) -> Placement:
        """Apply one event; raise IllegalTransition where it must not happen."""
        now = self._clock.now()
        with self._database.transaction() as connection:
            before = self.get(environment, release)
            if before is None:
                raise Problem(
                    "not-placed", f"{release_label(release)} was never rolled out to {environment}."
                )
            state = advance(PLACEMENT_TRANSITIONS, before.state, event)
            live = state is PlacementState.LIVE
            after = replace(
                before,
                state=state,
                live_since=(before.live_since if before.state is state else now)
                if live
                else before.live_since,
                retired_at=now if event is PlacementEvent.RETIRE else before.retired_at,
                warm_until=warm_until if event is PlacementEvent.RETIRE else before.warm_until,
            )
            connection.execute(
                "UPDATE placement SET state = ?, live_since = ?, retired_at = ?, warm_until = ?"
                " WHERE project = ? AND environment = ? AND release = ?",
                (
                    after.state,
                    after.live_since,
                    after.retired_at,
                    after.warm_until,
                    environment.project,
                    environment.name,
                    release,
                ),
            )
        return after

    def cool(self, environment: EnvironmentId, release: int) -> None:
        """Make a warm placement due to be stopped now."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE placement SET warm_until = ?"
                " WHERE project = ? AND environment = ? AND release = ? AND state = 'warm'",
                (self._clock.now(), environment.project, environment.name, release),
            )

    def get(self, environment: EnvironmentId, release: int) -> Placement | None:
        """Return the placement of a release, or None."""
        return next(
            (item for item in self.in_environment(environment) if item.release == release), None
        )

    def live(self, environment: EnvironmentId) -> Placement | None:
        """Return the environment's live placement, or None."""
        return next(
            (
                item
                for item in self.in_environment(environment)
                if item.state is PlacementState.LIVE
            ),
            None,
        )

    def in_environment(self, environment: EnvironmentId) -> tuple[Placement, ...]:
        """Return all placements, the most recently live first."""
        return self._database.remembered(
            ("placements", environment), lambda: self._in_environment(environment)
        )

    def _in_environment(self, environment: EnvironmentId) -> tuple[Placement, ...]:
        connection = self._database.connection
        rows = connection.execute(
            "SELECT * FROM placement WHERE project = ? AND environment = ?"
            " ORDER BY live_since IS NULL, live_since DESC, release DESC",
            (environment.project, environment.name),
        ).fetchall()
        jobs: dict[int, list[str]] = {}
        for row in connection.execute(
            "SELECT release, job FROM job_run WHERE project = ? AND environment = ? ORDER BY at",
            (environment.project, environment.name),
        ):
            jobs.setdefault(row["release"], []).append(row["job"])
        return tuple(_placement(row, jobs.get(row["release"], ())) for row in rows)

    def job_done(self, environment: EnvironmentId, release: int, job: str) -> None:
        """Record that a job of the release ran to its end here."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO job_run VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (environment.project, environment.name, release, job, self._clock.now()),
            )

    def jobs_since(self, environment: EnvironmentId, release: int, since: float) -> frozenset[str]:
        """Return the jobs of the release that ran to their end here since then."""
        rows = self._database.connection.execute(
            "SELECT job FROM job_run"
            " WHERE project = ? AND environment = ? AND release = ? AND at >= ?",
            (environment.project, environment.name, release, since),
        )
        return frozenset(row["job"] for row in rows)

    def forget_jobs(self, environment: EnvironmentId) -> None:
        """Forget which jobs ran here: their work is gone with the data."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM job_run WHERE project = ? AND environment = ?",
                (environment.project, environment.name),
            )

    def serving(self, environment: EnvironmentId) -> int | None:
        """Return the number of the release that the ingress is to send requests to."""
        return self._database.remembered(
            ("serving", environment), lambda: self._serving(environment)
        )

    def _serving(self, environment: EnvironmentId) -> int | None:
        row = self._database.connection.execute(
            "SELECT serving FROM environment WHERE project = ? AND name = ?",
            (environment.project, environment.name),
        ).fetchone()
        return None if row is None else row["serving"]

    def serve(self, environment: EnvironmentId, release: int | None) -> None:
        """Record which release the ingress is to send requests to."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE environment SET serving = ? WHERE project = ? AND name = ?",
                (release, environment.project, environment.name),
            )


def _placement(row: sqlite3.Row, jobs: list[str] | tuple[()]) -> Placement:
    return Placement(
        environment=EnvironmentId(row["project"], row["environment"]),
        release=row["release"],
        state=PlacementState(row["state"]),
        fingerprint=row["fingerprint"],
        live_since=row["live_since"],
        retired_at=row["retired_at"],
        warm_until=row["warm_until"],
        jobs_done=tuple(jobs),
    )
