"""How Shipway's own questions at PostgreSQL are known, and say who asks; see postgres_wire."""

from __future__ import annotations

from shipway.postgres_wire import OWN_NAME


def is_own(line: str) -> bool:
    """Return whether a line of the server's log is of such a session, where it tells names."""
    return OWN_NAME in line.partition("duration: ")[0]


def address_of(database: str) -> str:
    """Return a database's name as a connection string that says who asks; for libpq's `-d`."""
    quoted = database.replace("\\", "\\\\").replace("'", "\\'")
    return f"dbname='{quoted}' application_name={OWN_NAME} client_encoding=UTF8"
