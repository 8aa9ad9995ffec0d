"""Sessions of Shipway's own at a PostgreSQL server, told apart from the application's.

A question of Shipway's that takes long is no slow query of the application: it is neither
logged nor counted by pg_stat_statements, where the user may say so (a superuser, as the one
that the image makes); everywhere it carries a name of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

PORT = 5432
OWN_NAME = "shipway-asks"
"""The application_name of Shipway's sessions."""

UNCOUNTED = """
DO $shipway$ BEGIN
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    PERFORM set_config('log_min_duration_statement', '-1', false),
      set_config('log_min_duration_sample', '-1', false), set_config('log_duration', 'off', false),
      set_config('pg_stat_statements.track', 'none', false);
  END IF;
END $shipway$;
"""
"""The first statement of such a session; it answers nothing."""


def connect(
    host: str,
    port: int | None,
    *,
    user: str,
    password: str,
    database: str,
    connect_s: int,
    statement_s: int,
    read_only: bool = False,
) -> Connection[Any]:
    """Open a session in which each statement stands for itself.  Raises `psycopg.Error`.

    connect_s, statement_s: how long the server may take to let in, and for a statement.
    """
    import psycopg

    only = " -c default_transaction_read_only=on" if read_only else ""
    connection = psycopg.connect(
        host=host,
        port=port or PORT,
        user=user,
        password=password or None,
        dbname=database,
        connect_timeout=connect_s,
        options=f"-c statement_timeout={statement_s}s{only}",
        application_name=OWN_NAME,
        autocommit=True,
    )
    try:
        connection.execute(UNCOUNTED)
    except BaseException:
        connection.close()
        raise
    return connection
