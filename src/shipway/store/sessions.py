"""Browsers that are signed in: rows with hashed names, an end, and when they were last used."""

from __future__ import annotations

from shipway.model.access import Role, User
from shipway.ports import Clock
from shipway.store.database import Database


class Sessions:
    """All sessions."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def open(self, session_hash: str, user: str, *, expires_at: float) -> None:
        """Begin a session; those that are over are swept away."""
        now = self._clock.now()
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM session WHERE expires_at < ?", (now,))
            connection.execute(
                "INSERT INTO session (hash, user, created_at, seen_at, expires_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (session_hash, user, now, now, expires_at),
            )

    def user(self, session_hash: str, *, idle_s: float) -> User | None:
        """Return whose session it is; None where it ended, expired, or was idle too long."""
        now = self._clock.now()
        row = self._database.connection.execute(
            "SELECT user.*, session.seen_at FROM session JOIN user ON user.name = session.user"
            " WHERE hash = ? AND expires_at > ? AND seen_at > ?",
            (session_hash, now, now - idle_s),
        ).fetchone()
        if row is None:
            return None
        return User(
            name=row["name"],
            role=Role(row["role"]),
            language=row["language"],
            created_at=row["created_at"],
            created_by=row["created_by"],
            seen_at=row["seen_at"],
        )

    def touch(self, session_hash: str) -> None:
        """Record that it was used now."""
        with self._database.transaction(durable=False) as connection:
            connection.execute(
                "UPDATE session SET seen_at = ? WHERE hash = ?", (self._clock.now(), session_hash)
            )

    def close(self, session_hash: str) -> None:
        """End a session."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM session WHERE hash = ?", (session_hash,))

    def close_all(self, user: str, *, but: str | None = None) -> int:
        """End all sessions of a person but one; return how many."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "DELETE FROM session WHERE user = ? AND hash <> ?", (user, but or "")
            )
            return cursor.rowcount
