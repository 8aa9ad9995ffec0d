"""The SQLite file: opening it, migrating it, and transactions from several threads.

Every thread has connections of its own, which become another's when it ends or rests: opening
one costs more than most questions, and one that is open costs a quarter of a megabyte. WAL lets readers go on while one writes.
`synchronous=FULL` makes a committed transaction survive a power cut, which the journal's
promise needs, and costs an fsync.  What is only told to a person does not wait for the disk
(`durable=False`): it survives a killed process, and goes to disk with the next that does.

What is asked again and again is answered from memory until anybody has written anything.  This
process knows when it has; SQLite is asked once a second whether another one did (`data_version`),
which happens where a person repairs something by hand: the daemon alone writes the state.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from shipway.errors import Problem

T = TypeVar("T")

BUSY_TIMEOUT_S = 10.0
IDLE_MAX = 1
CACHE_KB = 128
"""Of pages, for each connection: what is beyond lies in the kernel's cache, once for all."""
REMEMBERED_MAX = 1024
OTHERS_S = 1.0
"""How soon another process' write is seen in what is answered from memory."""

Version = tuple[int, int]


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
        self._idle: dict[str, list[sqlite3.Connection]] = {"FULL": [], "NORMAL": []}
        self._write = threading.Lock()
        self._asking = threading.Lock()
        self._asks: sqlite3.Connection | None = None
        self._asked_at = -OTHERS_S
        self._others = 0
        self._writes = 0
        self._remembered: dict[Hashable, tuple[Version, Any]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._migrate()

    @property
    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        return self._connection("FULL")

    def _connection(self, synchronous: str) -> sqlite3.Connection:
        lease: _Lease | None = getattr(self._local, synchronous, None)
        if lease is None:
            lease = _Lease(self._idle[synchronous], self._open(synchronous))
            setattr(self._local, synchronous, lease)
        return lease.connection

    def _open(self, synchronous: str) -> sqlite3.Connection:
        """Return a connection that a thread left behind, else a new one."""
        with suppress(IndexError):
            return self._idle[synchronous].pop()
        connection = sqlite3.connect(
            self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        return connection

    def let_go(self) -> None:
        """Leave this thread's connections to others, until it asks again."""
        self._local.__dict__.clear()

    def remembered(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return what `read` answered for this key since the last write; never to be changed.

        Whoever is in a transaction reads what it has written itself.
        """
        lease: _Lease | None = getattr(self._local, "FULL", None)
        if lease is not None and lease.connection.in_transaction:
            return read()
        version = self._version()
        known = self._remembered.get(key)
        if known is not None and known[0] == version:
            return known[1]  # type: ignore[no-any-return]
        found = read()
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[key] = version, found
        return found

    def _version(self) -> Version:
        """Return what another value follows with each write of whomever.

        SQLite is asked over a connection that never writes: its own writes would not count.
        """
        with self._asking:
            now = time.monotonic()
            if now - self._asked_at >= OTHERS_S:
                if self._asks is None:
                    self._asks = self._open("NORMAL")
                [(self._others,)] = self._asks.execute("PRAGMA data_version").fetchall()
                self._asked_at = now
            return self._writes, self._others

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
            self._writes += 1  # not sooner: what was read before would count as read after

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


class _Lease:
    """A connection for as long as its thread lives."""

    __slots__ = ("_idle", "connection")

    def __init__(self, idle: list[sqlite3.Connection], connection: sqlite3.Connection) -> None:
        self._idle = idle
        self.connection = connection

    def __del__(self) -> None:
        if len(self._idle) < IDLE_MAX and not self.connection.in_transaction:
            self._idle.append(self.connection)
        else:
            self.connection.close()


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
