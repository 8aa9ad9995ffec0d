"""API tokens: hashed, each of one project, each with an end."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from shipway.errors import Problem
from shipway.model.access import ApiToken, Role
from shipway.ports import Clock
from shipway.store.database import Database

SHOWN_MAX = 500


class Tokens:
    """All tokens, those that ended too."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, token_hash: str, token: ApiToken) -> ApiToken:
        """Keep a token, with a number of its own; an expired one gives its name back."""
        now = self._clock.now()
        try:
            with self._database.transaction() as connection:
                connection.execute(
                    "UPDATE api_token SET revoked_at = expires_at WHERE project = ? AND name = ?"
                    " AND revoked_at IS NULL AND expires_at < ?",
                    (token.project, token.name, now),
                )
                cursor = connection.execute(
                    "INSERT INTO api_token (hash, name, role, project, environment, created_by,"
                    " created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        token_hash,
                        token.name,
                        int(token.role),
                        token.project,
                        token.environment,
                        token.created_by,
                        token.created_at,
                        token.expires_at,
                    ),
                )
                identifier = int(cursor.lastrowid or 0)
        except sqlite3.IntegrityError as error:
            raise Problem(
                "token-name-taken",
                f"{token.project} has a token called {token.name} already. Nothing was changed.",
                hints=["shipway token list", "shipway token revoke NUMBER"],
            ) from error
        return replace(token, id=identifier)

    def all(self, project: str | None = None) -> tuple[ApiToken, ...]:
        """Return tokens, newest first."""
        rows = self._database.connection.execute(
            "SELECT * FROM api_token WHERE ? IS NULL OR project = ? ORDER BY id DESC LIMIT ?",
            (project, project, SHOWN_MAX),
        )
        return tuple(_token(row) for row in rows)

    def valid(self, token_hash: str) -> ApiToken | None:
        """Return the token where it is neither revoked nor past its end."""
        row = self._database.connection.execute(
            "SELECT * FROM api_token WHERE hash = ? AND revoked_at IS NULL AND expires_at > ?",
            (token_hash, self._clock.now()),
        ).fetchone()
        return None if row is None else _token(row)

    def touch(self, identifier: int) -> None:
        """Record that it was used now."""
        with self._database.transaction(durable=False) as connection:
            connection.execute(
                "UPDATE api_token SET used_at = ? WHERE id = ?", (self._clock.now(), identifier)
            )

    def revoke(self, identifier: int) -> ApiToken:
        """End a token."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE api_token SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?",
                (self._clock.now(), identifier),
            )
        row = self._database.connection.execute(
            "SELECT * FROM api_token WHERE id = ?", (identifier,)
        ).fetchone()
        if row is None:
            raise Problem(
                "no-token", f"there is no token {identifier}.", hints=["shipway token list"]
            )
        return _token(row)


def _token(row: sqlite3.Row) -> ApiToken:
    return ApiToken(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        project=row["project"],
        environment=row["environment"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        revoked_at=row["revoked_at"],
    )
