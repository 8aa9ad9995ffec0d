"""The SQLite file: opening it, migrating it, and transactions from several threads.

Every thread has connections of its own; WAL lets readers go on while one writes.
`synchronous=FULL` makes a committed transaction survive a power cut, which the journal's
promise needs, and costs an fsync.  What is only told to a person does not wait for the disk
(`durable=False`): it survives a killed process, and goes to disk with the next that does.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from shipway.errors import Problem

BUSY_TIMEOUT_S = 10.0


def migrations(folder: str = "migrations") -> list[tuple[int, str]]:
    """Return the numbered migrations as (number, SQL), in order and without a gap."""
    found = []
    for entry in resources.files("shipway.store").joinpath(folder).iterdir():
        match = re.fullmatch(r"(\d{4})_[a-z0-9_]+\.sql", entry.name)
        if match:
            found.append((int(match[1]), entry.read_text(encoding="utf-8")))
    found.sort()
    return found


class Database:
    """One SQLite file of mode 0600, migrated when it is opened; folder: of its migrations."""

    def __init__(self, path: Path, *, folder: str = "migrations") -> None:
        self._path = path
        self._folder = folder
        self._local = threading.local()
        self._write = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._migrate()

    @property
    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        return self._connection("FULL")

    def _connection(self, synchronous: str) -> sqlite3.Connection:
        existing: sqlite3.Connection | None = getattr(self._local, synchronous, None)
        if existing is not None:
            return existing
        connection = sqlite3.connect(
            self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")
        setattr(self._local, synchronous, connection)
        return connection

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Run the block in one write transaction; nested calls join the outer one.

        durable: on disk when the block has ended, else only safe from this process' end.
        """
        if self.connection.in_transaction:
            yield self.connection
            return
        connection = self._connection("FULL" if durable else "NORMAL")
        with self._write, _told_of_a_full_disk():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _migrate(self) -> None:
        connection = self.connection
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        known = migrations(self._folder)
        if version > len(known):
            raise Problem(
                "state-too-new",
                f"{self._path} was written by a newer Shipway (schema {version}; "
                f"this one knows {len(known)}). The applications go on serving.",
                hints=["upgrade Shipway on this machine, or restore the state's backup"],
            )
        for number, sql in known[version:]:
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;"
            )


@contextmanager
def _told_of_a_full_disk() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "disk is full" not in str(error) and "disk I/O" not in str(error):
            raise
        raise Problem(
            "disk-full",
            f"Shipway's state cannot be written: {error}. What runs goes on serving.",
            hints=["df -h", "free some space, then: shipway resume"],
        ) from error
