"""Exact row counts: what a restored database must have, because a zeroed page passes checksums.

Rows are counted before and after a restore point.  A table that nobody changed meanwhile
must have exactly that many rows at the point; for one that was changed, what was inserted
and deleted meanwhile gives the bounds.  The pages of the table itself are read: an index still
counts the rows of a page that was zeroed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shipway.backup.postgres.running import SEPARATOR, Asker
from shipway.errors import Problem
from shipway.model.words import plural

COUNT_S = 900.0
DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"
COUNT = r"""
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL enable_indexonlyscan = off;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT format('SELECT %L, count(*) FROM ONLY %I.%I',
              translate(n.nspname || '.' || c.relname, E'\n\r', '  '), n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence = 'p'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'
  ORDER BY 1
\gexec
COMMIT;
"""
CHANGES = r"""
SELECT translate(schemaname || '.' || relname, E'\n\r', '  '), n_tup_ins, n_tup_del
  FROM pg_stat_user_tables
"""


def count_rows(asker: Asker) -> dict[str, int]:
    """Return the exact number of rows of each table, as `database.schema.table`."""
    found: dict[str, int] = {}
    for (name,) in asker.rows(DATABASES):
        for table, rows in asker.rows(COUNT, name=name, limit_s=COUNT_S):
            found[f"{name}.{table}"] = int(rows)
    return found


def changes(asker: Asker) -> dict[str, tuple[int, int]]:
    """Return how many rows of each table were inserted and deleted so far."""
    found: dict[str, tuple[int, int]] = {}
    for (name,) in asker.rows(DATABASES):
        for table, inserted, deleted in asker.rows(CHANGES, name=name):
            found[f"{name}.{table}"] = (int(inserted), int(deleted))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many rows a table may have at the restore point; equal where it must be exact."""

    low: int
    high: int

    def hold(self, rows: int | None) -> bool:
        """Return whether a count is within them; a table that is not there has none."""
        return self.low == 0 if rows is None else self.low <= rows <= self.high


def bounds(
    before: Mapping[str, int],
    after: Mapping[str, int],
    changed_before: Mapping[str, tuple[int, int]],
    changed_after: Mapping[str, tuple[int, int]],
) -> dict[str, Bounds]:
    """Return the bounds of each table that was there the whole time.  Pure."""
    found = {}
    for table in sorted(before.keys() & after.keys()):
        one, other = before[table], after[table]
        inserted, deleted = (
            max(0, now - then)
            for now, then in zip(
                changed_after.get(table, (0, 0)), changed_before.get(table, (0, 0)), strict=True
            )
        )
        found[table] = Bounds(
            low=max(0, min(one, other, other - inserted, one - deleted)),
            high=max(one, other, one + inserted, other + deleted),
        )
    return found


def encode(found: Mapping[str, Bounds]) -> dict[str, list[int]]:
    """Return the bounds as JSON values."""
    return {table: [item.low, item.high] for table, item in found.items()}


def decode(value: Mapping[str, list[int]]) -> dict[str, Bounds]:
    """Return what `encode` made."""
    return {table: Bounds(low=low, high=high) for table, (low, high) in value.items()}


def differences(found: Mapping[str, int], wanted: Mapping[str, Bounds]) -> tuple[str, ...]:
    """Return a sentence for each table whose rows are not those of the backup.  Pure."""
    lines = []
    for table, expected in sorted(wanted.items()):
        rows = found.get(table)
        if expected.hold(rows):
            continue
        span = (
            str(expected.low)
            if expected.low == expected.high
            else f"{expected.low} to {expected.high}"
        )
        lines.append(
            f"{table} has {'no table' if rows is None else plural(rows, 'row')} instead of {span}"
        )
    return tuple(lines)


def ask_number(asker: Asker, sql: str) -> float:
    """Return the one number that a declared query answers.  Raises Problem `database-refused`."""
    rows = asker.rows(f"BEGIN READ ONLY;\n{sql.rstrip().rstrip(';')};\nCOMMIT;", limit_s=COUNT_S)
    try:
        return float(rows[0][0])
    except (IndexError, ValueError):
        told = SEPARATOR.join(rows[0])[:60] if rows else "nothing"
        raise Problem(
            "database-refused", f"the query {sql!r} does not answer one number, but {told!r}."
        ) from None
