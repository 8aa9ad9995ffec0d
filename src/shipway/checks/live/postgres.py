"""A PostgreSQL of the environment, asked as the application's own user; it only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from shipway.checks.live.scene import Live, nothing
from shipway.postgres_wire import connect

if TYPE_CHECKING:
    from psycopg.sql import Composed

CONNECT_S = 5
STATEMENT_S = 10
SCHEMA = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who comes in where: of the application's own URL, else of the service's variables."""

    user: str
    password: str = field(repr=False)
    database: str
    schema: str = SCHEMA


def login(seen: Live, service: str) -> Login:
    """Return how the application logs in to a database of its own."""
    for own in seen.own:
        for key in own.environment:
            parts = urlsplit(own.environment[key]) if "://" in own.environment[key] else None
            if parts and parts.scheme.startswith("postgres") and parts.hostname == service:
                return Login(
                    user=unquote(parts.username or ""),
                    password=unquote(parts.password or ""),
                    database=parts.path.lstrip("/"),
                    schema=parse_qs(parts.query).get("schema", [SCHEMA])[0],
                )
    variables = seen.variables(service)
    user = variables.get("POSTGRES_USER") or "postgres"
    return Login(
        user=user,
        password=variables.get("POSTGRES_PASSWORD") or "",
        database=variables.get("POSTGRES_DB") or user,
    )


def rows(
    seen: Live, where: tuple[str, str, int], query: Composed | str, values: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Return what the database answers.  where: service, address and port.

    Raises NotLooked where it cannot be asked; `psycopg.errors.UndefinedTable` goes through.
    """
    import psycopg

    name, address, port = where
    who = login(seen, name)
    try:
        with connect(
            address,
            port,
            user=who.user,
            password=who.password,
            database=who.database,
            connect_s=CONNECT_S,
            statement_s=STATEMENT_S,
            read_only=True,
        ) as connection:
            return connection.execute(query, list(values)).fetchall()
    except psycopg.errors.UndefinedTable:
        raise
    except psycopg.Error as error:
        reason = type(error).__name__
        raise nothing(f"{name} cannot be asked: {reason}", f"{name} 조회 실패: {reason}") from None
