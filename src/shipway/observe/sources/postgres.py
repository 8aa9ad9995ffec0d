"""PostgreSQL: slow statements, size, connections.

Slow statements are counted exactly from the server's own log lines (`duration: … ms`) where
log_min_duration_statement is on; else by differences of pg_stat_statements, which knows
means only; else not at all, and the reading says what to switch on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shipway.model.application import Service
from shipway.model.names import EnvironmentId
from shipway.model.observe import Reading, SeriesState
from shipway.observe.recognise import postgres_services
from shipway.observe.target import Target
from shipway.postgres_wire import connect

if TYPE_CHECKING:
    from psycopg import Connection

CONNECT_S = 2
STATEMENT_S = 2
LOOKS = 3
"""Between two questions, where nothing is counted by them: each is a connection of its own, as one
that is kept would be in the way of whoever drops or copies the database."""
HOW = (
    "statements are not logged: set indicators.log_slow_queries in shipway.yaml, or "
    "log_min_duration_statement in PostgreSQL"
)

SlowLines = Callable[[EnvironmentId, str, float], int]
"""How many log lines of a service told of a statement this slow since the last call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a server said.  slow None: its log lines tell of slow statements, look by look."""

    address: str
    readings: tuple[Reading, ...]
    slow: Reading | None
    looks: int = 1


class PostgresSource:
    """Remembers the counts of pg_stat_statements from look to look."""

    def __init__(self, slow_lines: SlowLines) -> None:
        self._slow_lines = slow_lines
        self._calls: dict[tuple[object, str], int] = {}
        self._known: dict[tuple[object, str], _Known] = {}

    def read(self, target: Target) -> list[Reading]:
        """Return the readings of the environment's PostgreSQL servers."""
        readings: list[Reading] = []
        for service in postgres_services(target.app):
            try:
                readings += self._of(target, service)
            except _Unanswered as error:
                readings.append(target.without("slow-queries", service.name, "queries", str(error)))
        return readings

    def _of(self, target: Target, service: Service) -> list[Reading]:
        address = target.address(service)
        if address is None:
            raise _Unanswered("no instance of it runs")
        key = (target.environment, service.name)
        known = self._known.pop(key, None)
        if known is not None and known.address == address and known.looks < LOOKS:
            self._known[key] = replace(known, looks=known.looks + 1)
            slow = known.slow or self._counted(target, service)
            return [*known.readings, slow]
        return self._ask(target, service, address)

    def _ask(self, target: Target, service: Service, address: str) -> list[Reading]:
        import psycopg

        try:
            with _connect(address, service) as connection:
                rows: Any = connection.execute(
                    "SELECT current_setting('log_min_duration_statement'),"
                    " pg_database_size(current_database()),"
                    " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
                    " current_setting('max_connections')::int"
                ).fetchone()
                logged, size, connections, most = rows
                readings = [
                    target.measured("database-size", service.name, size, "bytes"),
                    target.measured(
                        "database-connections", service.name, 100 * connections / most, "%"
                    ),
                ]
                slow = self._slow(target, service, str(logged), connection)
                told = lines_tell(target, str(logged))
                if told or slow.value is None:
                    self._known[target.environment, service.name] = _Known(
                        address=address,
                        readings=tuple(readings),
                        slow=None if told else slow,
                    )
                return [*readings, slow]
        except psycopg.OperationalError as error:
            said = "refuses the password" if "password" in str(error) else "does not answer"
            raise _Unanswered(f"PostgreSQL {said}") from error
        except psycopg.Error as error:
            raise _Unanswered(f"PostgreSQL: {type(error).__name__}") from error

    def _slow(
        self, target: Target, service: Service, logged: str, connection: Connection[Any]
    ) -> Reading:
        watching = target.app.watching
        threshold_ms = watching.slow_query_s * 1000
        since = milliseconds(logged)
        wanted = f"{threshold_ms:g}ms"
        if watching.log_slow_queries and since != threshold_ms:
            connection.execute(f"ALTER SYSTEM SET log_min_duration_statement = '{wanted}'")
            connection.execute("SELECT pg_reload_conf()")
            since = threshold_ms
        if since is not None and since <= threshold_ms:
            return self._counted(target, service)
        if since is not None:
            reason = f"PostgreSQL logs statements from {since:g} ms on only, not from {wanted}"
            return target.without(
                "slow-queries", service.name, "queries", reason, SeriesState.UNAVAILABLE
            )
        return self._from_statistics(target, service, threshold_ms, connection)

    def _counted(self, target: Target, service: Service) -> Reading:
        slower_s = target.app.watching.slow_query_s
        count = self._slow_lines(target.environment, service.name, slower_s)
        return target.measured("slow-queries", service.name, count, "queries")

    def _from_statistics(
        self, target: Target, service: Service, threshold_ms: float, connection: Connection[Any]
    ) -> Reading:
        there: Any = connection.execute("SELECT to_regclass('pg_stat_statements')").fetchone()
        if there[0] is None:
            return target.without(
                "slow-queries", service.name, "queries", HOW, SeriesState.UNAVAILABLE
            )
        row: Any = connection.execute(
            "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements"
            " WHERE mean_exec_time >= %s",
            (threshold_ms,),
        ).fetchone()
        key = (target.environment, service.name)
        last = self._calls.get(key)
        self._calls[key] = int(row[0])
        more = 0 if last is None else max(0, int(row[0]) - last)
        return target.measured("slow-queries", service.name, more, "queries")


class _Unanswered(Exception):  # noqa: N818 - a state of the world, handled here
    """PostgreSQL did not answer; the text says why, without a password."""


def _connect(address: str, service: Service) -> Connection[Any]:
    variables = service.environment
    user = variables.get("POSTGRES_USER") or "postgres"
    return connect(
        address,
        service.port,
        user=user,
        password=variables.get("POSTGRES_PASSWORD") or "",
        database=variables.get("POSTGRES_DB") or user,
        connect_s=CONNECT_S,
        statement_s=STATEMENT_S,
    )


def lines_tell(target: Target, setting: str) -> bool:
    """Return whether the server's log lines tell of every slow statement, as is wanted.  Pure."""
    watching = target.app.watching
    since, wanted = milliseconds(setting), watching.slow_query_s * 1000
    return since == wanted or (
        since is not None and since < wanted and not watching.log_slow_queries
    )


def milliseconds(setting: str) -> float | None:
    """Return log_min_duration_statement in milliseconds; None where it is off (-1)."""
    match = re.fullmatch(r"(-?[0-9.]+)\s*(ms|s|min|h)?", setting)
    if match is None or float(match[1]) < 0:
        return None
    return float(match[1]) * {"ms": 1, None: 1, "s": 1000, "min": 60_000, "h": 3_600_000}[match[2]]
