"""SQLite files: found by their first bytes, copied by SQLite's own backup, never by `cp`.

A copy of a live file lacks what its journal still holds.  The backup runs in one go (page
by page it would begin anew with every write) and gives one file without a journal.

Invariant: the application's file is never written.  A journal that a crash left is rolled
back in a copy (`crashed.py`): whoever writes the volume chose what stands in it, and SQLite
removes the file that it names.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from shipway.backup.crashed import BUSY_S, JOURNAL, rolled_back
from shipway.errors import Problem
from shipway.files import shown
from shipway.rights import may_give_away

MAGIC = b"SQLite format 3\0"
SUFFIXES = ("-wal", "-shm", JOURNAL)
SMALLEST = 512
CRASHED = frozenset({"SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY"})


def find_databases(folder: Path) -> Iterator[str]:
    """Yield the paths, below `folder`, of the SQLite files in it."""
    for here, _folders, files in os.walk(folder):
        for name in sorted(files):
            path = Path(here) / name
            if name.endswith(SUFFIXES) or not is_database(path):
                continue
            yield str(path.relative_to(folder))


def companions(path: str) -> tuple[str, ...]:
    """Return the file and the journals that may stand beside it."""
    return (path, *(f"{path}{suffix}" for suffix in SUFFIXES))


def copy_database(source: Path, target: Path) -> dict[str, int]:
    """Copy a live database and check the copy; return its rows by table.

    Raises Problem `backup-broken`.
    """
    try:
        try:
            counts = _copy(source, target)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname not in CRASHED:
                raise
            with rolled_back(source, target.parent) as whole:
                counts = _copy(whole, target)
    except (sqlite3.Error, OSError) as error:
        raise Problem(
            "backup-broken",
            f"the SQLite file {shown(source)} cannot be copied: {error}.",
            hints=["shipway logs, of the service that writes it"],
        ) from error
    facts = source.stat()
    target.chmod(stat.S_IMODE(facts.st_mode))
    if may_give_away():
        os.chown(target, facts.st_uid, facts.st_gid)
    return counts


def _copy(source: Path, target: Path) -> dict[str, int]:
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=BUSY_S)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        return check_database(copy, shown(source.name))


def check_database(connection: sqlite3.Connection, name: str) -> dict[str, int]:
    """Return the rows of every table.  Raises Problem `backup-broken`."""
    said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
    if said != ["ok"]:
        raise Problem("backup-broken", f"{name} is damaged: {said[0]}.", details=said[1:], hints=[])
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    counts = {}
    for (table,) in tables:
        quoted = str(table).replace('"', '""')
        with suppress(sqlite3.OperationalError):  # a table of an extension that is not here
            counts[str(table)] = int(
                connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608 - quoted
            )
    return counts


def is_database(path: Path) -> bool:
    """Return whether it is an SQLite file, by its first bytes."""
    try:
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_size < SMALLEST:
            return False
        with path.open("rb") as stream:
            return stream.read(len(MAGIC)) == MAGIC
    except OSError:
        return False
