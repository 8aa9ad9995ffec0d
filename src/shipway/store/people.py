"""People, their passwords' hashes, and their one-time links."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from shipway.errors import Problem
from shipway.model.access import Invitation, Role, User
from shipway.ports import Clock
from shipway.store.database import Database

_USER = (
    "SELECT name, role, language, created_at, created_by,"
    " (SELECT max(seen_at) FROM session WHERE user = user.name) AS seen_at FROM user"
)


class People:
    """Everybody who may sign in."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def all(self) -> tuple[User, ...]:
        """Return everybody, by name."""
        rows = self._database.connection.execute(f"{_USER} ORDER BY name")
        return tuple(_user(row) for row in rows)

    def get(self, name: str) -> User | None:
        """Return the person, or None."""
        row = self._database.connection.execute(f"{_USER} WHERE name = ?", (name,)).fetchone()
        return None if row is None else _user(row)

    def password_hash(self, name: str) -> str | None:
        """Return the hash of the person's password, or None."""
        row = self._database.connection.execute(
            "SELECT password_hash FROM user WHERE name = ?", (name,)
        ).fetchone()
        return None if row is None else str(row[0])

    def change(self, name: str, *, role: Role | None = None, language: str | None = None) -> None:
        """Change a person; a new role ends the sessions that had the old one."""
        before = self._known(name)
        with _last_admin_stays(name), self._database.transaction() as connection:
            if role is not None and role is not before.role:
                connection.execute("UPDATE user SET role = ? WHERE name = ?", (int(role), name))
                connection.execute("DELETE FROM session WHERE user = ?", (name,))
            if language is not None:
                connection.execute("UPDATE user SET language = ? WHERE name = ?", (language, name))

    def rehash(self, name: str, password_hash: str) -> None:
        """Keep the same password under newer parameters."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE user SET password_hash = ? WHERE name = ?", (password_hash, name)
            )

    def remove(self, name: str) -> None:
        """Remove a person with all sessions and unused links."""
        self._known(name)
        with _last_admin_stays(name), self._database.transaction() as connection:
            connection.execute("DELETE FROM user WHERE name = ?", (name,))
            connection.execute("DELETE FROM invitation WHERE name = ?", (name,))

    def invite(self, link_hash: str, invitation: Invitation) -> None:
        """Keep a one-time link; an earlier unused one for the same person ends."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM invitation WHERE used_at IS NULL AND (name = ? OR expires_at < ?)",
                (invitation.name, self._clock.now()),
            )
            connection.execute(
                "INSERT INTO invitation (hash, name, role, created_by, created_at, expires_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    link_hash,
                    invitation.name,
                    int(invitation.role),
                    invitation.created_by,
                    invitation.created_at,
                    invitation.expires_at,
                ),
            )

    def invitation(self, link_hash: str) -> Invitation | None:
        """Return an unused link that has not expired, or None."""
        row = self._database.connection.execute(
            "SELECT * FROM invitation WHERE hash = ? AND used_at IS NULL AND expires_at > ?",
            (link_hash, self._clock.now()),
        ).fetchone()
        if row is None:
            return None
        return Invitation(
            name=row["name"],
            role=Role(row["role"]),
            created_by=row["created_by"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
        )

    def join(self, link_hash: str, name: str, password_hash: str) -> User:
        """Use a link: make the person, or give them a new password and end their sessions."""
        now = self._clock.now()
        with self._database.transaction() as connection:
            invitation = self.invitation(link_hash)
            if invitation is None or invitation.name not in {None, name}:
                raise Problem(
                    "link-used",
                    "this link was used already, or its time is over. Nothing was changed.",
                    hints=["shipway users invite NAME", "shipway dashboard link"],
                )
            if invitation.name is None and self.get(name) is not None:
                raise Problem("name-taken", f"there is a person called {name} already.")
            connection.execute(
                "INSERT INTO user (name, role, password_hash, created_at, created_by)"
                " VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash",
                (name, int(invitation.role), password_hash, now, invitation.created_by),
            )
            connection.execute("DELETE FROM session WHERE user = ?", (name,))
            connection.execute("UPDATE invitation SET used_at = ? WHERE hash = ?", (now, link_hash))
        return self._known(name)

    def _known(self, name: str) -> User:
        found = self.get(name)
        if found is None:
            raise Problem(
                "no-user", f"there is nobody called {name} here.", hints=["shipway users list"]
            )
        return found


@contextmanager
def _last_admin_stays(name: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        if "last-admin" not in str(error):
            raise
        raise Problem(
            "last-admin",
            f"{name} is the only administrator; somebody must be able to let others in. "
            "Nothing was changed.",
            hints=["shipway users invite NAME --role admin"],
        ) from error


def _user(row: sqlite3.Row) -> User:
    return User(
        name=row["name"],
        role=Role(row["role"]),
        language=row["language"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        seen_at=row["seen_at"],
    )
