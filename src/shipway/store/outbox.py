"""The outbox: notices wait here until they have arrived, through restarts too.

An incident is untold while what people were told of it is not what it is now.  Whether a
notice waits and whether the incident counts as told are written together, so that none is
lost and none is sent twice for one change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from shipway.model.condition import Level
from shipway.model.notice import Notice, NoticeKind, NoticeState
from shipway.model.observe import Incident
from shipway.ports import Clock
from shipway.store.database import Database
from shipway.store.incidents import read_incident
from shipway.store.silences import Silences

WAITING_MAX = 1_000
KEPT_S = 30 * 86_400
_UNTOLD = (
    "SELECT * FROM incident WHERE (state = 'open' AND told_level < level)"
    " OR (state = 'resolved' AND told_level > 0 AND NOT told_resolved) ORDER BY id"
)
_WAITING = "SELECT * FROM notice WHERE state = 'waiting' ORDER BY id"


class Outbox:
    """Notices by channel."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._silences = Silences(database, clock)

    def untold(self) -> tuple[tuple[Incident, NoticeKind], ...]:
        """Return the incidents of which people do not know yet what they are now."""
        rows = self._database.remembered(
            "untold", lambda: self._database.connection.execute(_UNTOLD).fetchall()
        )
        silences = self._silences.current() if rows else ()
        return tuple((read_incident(row, silences), _kind(row)) for row in rows)

    def enqueue(
        self, incident: Incident, kind: NoticeKind, channels: Sequence[str], level: Level
    ) -> None:
        """Ensure that the notice waits for each channel, and that the incident counts as told."""
        now = self._clock.now()
        with self._database.transaction() as connection:
            if kind is NoticeKind.RESOLVED:
                connection.execute(
                    "UPDATE incident SET told_resolved = 1 WHERE id = ?", (incident.id,)
                )
            else:
                connection.execute(
                    "UPDATE incident SET told_level = ? WHERE id = ?", (level, incident.id)
                )
            environment = incident.environment
            for channel in channels:
                project, _, name = channel.rpartition("/")
                connection.execute(
                    "INSERT INTO notice (incident, project, environment, channel, kind, state,"
                    " created_at, due_at) VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?)",
                    (
                        incident.id,
                        project,
                        environment.name if environment else "",
                        *(name, kind, now, now),
                    ),
                )
            connection.execute(
                "UPDATE notice SET state = 'given-up', error = 'too many notices wait'"
                " WHERE id IN (SELECT id FROM notice WHERE state = 'waiting'"
                " ORDER BY id DESC LIMIT -1 OFFSET ?)",
                (WAITING_MAX,),
            )
            connection.execute(
                "DELETE FROM notice WHERE state <> 'waiting' AND created_at < ?", (now - KEPT_S,)
            )

    def due(self, now: float) -> tuple[Notice, ...]:
        """Return the notices to be sent now, oldest first."""
        waiting = self._database.remembered(
            "waiting", lambda: tuple(map(_notice, self._database.connection.execute(_WAITING)))
        )
        return tuple(notice for notice in waiting if notice.due_at <= now)

    def sent(self, identifiers: Sequence[int]) -> None:
        """Record that these have arrived."""
        now = self._clock.now()
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE notice SET state = 'sent', sent_at = ?, attempts = attempts + 1,"
                " error = '' WHERE id = ?",
                [(now, identifier) for identifier in identifiers],
            )

    def failed(self, identifiers: Sequence[int], error: str, again_at: float | None) -> None:
        """Record a failure; again_at None: given up."""
        state = NoticeState.WAITING if again_at is not None else NoticeState.GIVEN_UP
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE notice SET state = ?, due_at = coalesce(?, due_at),"
                " attempts = attempts + 1, error = ? WHERE id = ?",
                [(state, again_at, error, identifier) for identifier in identifiers],
            )

    def recent(self, limit: int = 50) -> tuple[Notice, ...]:
        """Return the latest notices, newest first."""
        rows = self._database.connection.execute(
            "SELECT * FROM notice ORDER BY id DESC LIMIT ?", (limit,)
        )
        return tuple(_notice(row) for row in rows)


def _kind(row: sqlite3.Row) -> NoticeKind:
    if row["state"] == "resolved":
        return NoticeKind.RESOLVED
    if row["told_level"]:
        return NoticeKind.ESCALATED
    return NoticeKind.REOPENED if row["flaps"] else NoticeKind.OPENED


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(
        id=row["id"],
        incident=row["incident"],
        project=row["project"],
        environment=row["environment"],
        channel=row["channel"],
        kind=NoticeKind(row["kind"]),
        state=NoticeState(row["state"]),
        created_at=row["created_at"],
        due_at=row["due_at"],
        attempts=row["attempts"],
        error=row["error"],
        sent_at=row["sent_at"],
    )
