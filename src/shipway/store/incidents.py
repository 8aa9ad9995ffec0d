"""Incidents, and what happened to them.  Which ones open and end is `observe`'s decision."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from shipway.errors import Problem
from shipway.model.condition import Condition, Level
from shipway.model.names import EnvironmentId
from shipway.model.observe import (
    INCIDENT_TRANSITIONS,
    Incident,
    IncidentEvent,
    IncidentState,
    Silence,
    advance,
)
from shipway.model.words import Words
from shipway.ports import Clock
from shipway.store.database import Database
from shipway.store.silences import Silences

KINDS = {
    IncidentEvent.ACKNOWLEDGE: "acknowledged",
    IncidentEvent.ESCALATE: "escalated",
    IncidentEvent.RESOLVE: "resolved",
    IncidentEvent.REOPEN: "reopened",
}


class Incidents:
    """All incidents; of one thing at most one goes on: a unique index says so."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._silences = Silences(database, clock)

    def open(self, condition: Condition, *, release: str | None, rollout: int | None) -> Incident:
        """Open an incident of a condition that has none; the active one where it has."""
        now = self._clock.now()
        project, name = names(condition.environment)
        key = (condition.id, condition.subject, project, name)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO incident (condition, subject, project, environment, level, state,"
                " says_en, says_ko, figure, unit, hint, release, rollout, opened_at, last_seen_at)"
                " VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (*key, condition.level, *_said(condition), release, rollout, now, now),
            )
            row = connection.execute(
                "SELECT * FROM incident WHERE condition = ? AND subject = ? AND project = ?"
                " AND environment = ? AND state <> 'resolved'",
                key,
            ).fetchone()
            if row["opened_at"] == now:
                _tell(connection, (row["id"], now), "opened", "shipway", condition)
        return self.get(row["id"])

    def change(
        self,
        identifier: int,
        event: IncidentEvent,
        *,
        who: str = "shipway",
        condition: Condition | None = None,
    ) -> Incident:
        """Apply one event.  Raises IllegalTransition, Problem `no-incident`."""
        now = self._clock.now()
        with self._database.transaction() as connection:
            before = self.get(identifier)
            state = advance(INCIDENT_TRANSITIONS, before.state, event)
            taken = state is IncidentState.ACKNOWLEDGED
            connection.execute(
                "UPDATE incident SET state = ?, resolved_at = ?,"
                " acknowledged_at = CASE WHEN ? THEN coalesce(acknowledged_at, ?)"
                "   WHEN ? THEN acknowledged_at END,"
                " acknowledged_by = CASE WHEN ? THEN coalesce(acknowledged_by, ?)"
                "   WHEN ? THEN acknowledged_by END WHERE id = ?",
                (
                    state,
                    now if state is IncidentState.RESOLVED else None,
                    *(taken, now, state is IncidentState.RESOLVED),
                    *(taken, who, state is IncidentState.RESOLVED),
                    identifier,
                ),
            )
            if event is IncidentEvent.REOPEN:
                connection.execute(
                    "UPDATE incident SET flaps = flaps + 1, told_level = 0, told_resolved = 0,"
                    " level = ? WHERE id = ?",
                    (condition.level if condition else before.level, identifier),
                )
            if condition is not None:
                _renew(connection, identifier, condition, now)
            shown = condition or Condition(
                id=before.condition, subject=before.subject, level=before.level, says=before.says
            )
            _tell(connection, (identifier, now), KINDS[event], who, shown)
        return self.get(identifier)

    def refresh(self, identifier: int, condition: Condition) -> None:
        """Record that the condition still holds, with its figure now."""
        with self._database.transaction(durable=False) as connection:
            _renew(connection, identifier, condition, self._clock.now())

    def get(self, identifier: int) -> Incident:
        """Return the incident, or raise Problem `no-incident`."""
        row = self._database.connection.execute(
            "SELECT * FROM incident WHERE id = ?", (identifier,)
        ).fetchone()
        if row is None:
            raise Problem(
                "no-incident",
                f"there is no incident #{identifier}.",
                hints=["shipway incidents"],
            )
        return self._read([row])[0]

    def active(self, environment: EnvironmentId | None = None) -> tuple[Incident, ...]:
        """Return those that go on, the most urgent first."""
        project, name = names(environment)
        rows = self._database.connection.execute(
            "SELECT * FROM incident WHERE state <> 'resolved'"
            " AND (? = '' OR (project = ? AND environment = ?))"
            " ORDER BY level DESC, opened_at, id",
            (project, project, name),
        ).fetchall()
        return self._read(rows)

    def recent(
        self, *, environment: EnvironmentId | None = None, since: float = 0.0, limit: int = 50
    ) -> tuple[Incident, ...]:
        """Return the latest incidents, the newest first."""
        project, name = names(environment)
        rows = self._database.connection.execute(
            "SELECT * FROM incident WHERE (? = '' OR (project = ? AND environment = ?))"
            " AND (resolved_at IS NULL OR resolved_at >= ?) ORDER BY id DESC LIMIT ?",
            (project, project, name, since, limit),
        ).fetchall()
        return self._read(rows)

    def events(self, identifier: int) -> tuple[Mapping[str, object], ...]:
        """Return what happened to an incident, oldest first."""
        rows = self._database.connection.execute(
            "SELECT at, kind, who, level, text FROM incident_event WHERE incident = ?"
            " ORDER BY rowid",
            (identifier,),
        )
        return tuple(dict(row) for row in rows)

    def _read(self, rows: Sequence[sqlite3.Row]) -> tuple[Incident, ...]:
        silences = self._silences.current() if rows else ()
        return tuple(read_incident(row, silences) for row in rows)


def names(environment: EnvironmentId | None) -> tuple[str, str]:
    """Return an environment's two columns; both empty for the machine."""
    return (environment.project, environment.name) if environment else ("", "")


def environment_of(row: sqlite3.Row) -> EnvironmentId | None:
    """Return the environment of two columns."""
    return EnvironmentId(row["project"], row["environment"]) if row["project"] else None


def read_incident(row: sqlite3.Row, silences: Sequence[Silence]) -> Incident:
    """Return a row as an incident."""
    environment = environment_of(row)
    untils = [
        item.until
        for item in silences
        if item.covers(environment, row["condition"], row["subject"])
    ]
    return Incident(
        id=row["id"],
        condition=row["condition"],
        subject=row["subject"],
        environment=environment,
        level=Level(row["level"]),
        state=IncidentState(row["state"]),
        says=Words(row["says_en"], row["says_ko"]),
        opened_at=row["opened_at"],
        figure=row["figure"],
        unit=row["unit"],
        hint=row["hint"],
        flaps=row["flaps"],
        release=row["release"],
        rollout=row["rollout"],
        acknowledged_at=row["acknowledged_at"],
        acknowledged_by=row["acknowledged_by"],
        resolved_at=row["resolved_at"],
        last_seen_at=row["last_seen_at"],
        silenced_until=max(untils, default=None),
    )


def _said(condition: Condition) -> tuple[object, ...]:
    says = condition.says
    return says.en, says.ko, condition.figure, condition.unit, condition.hint


def _renew(
    connection: sqlite3.Connection, identifier: int, condition: Condition, now: float
) -> None:
    """Write what holds now; an incident's level never falls while it goes on."""
    connection.execute(
        "UPDATE incident SET says_en = ?, says_ko = ?, figure = ?, unit = ?, hint = ?,"
        " last_seen_at = ?, level = max(level, ?) WHERE id = ?",
        (*_said(condition), now, condition.level, identifier),
    )


def _tell(
    connection: sqlite3.Connection,
    incident: tuple[int, float],
    kind: str,
    who: str,
    condition: Condition,
) -> None:
    connection.execute(
        "INSERT INTO incident_event VALUES (?, ?, ?, ?, ?, ?)",
        (*incident, kind, who, condition.level, condition.says.en),
    )
