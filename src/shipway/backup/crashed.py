"""An SQLite file whose writer was killed: rolled back in a copy, by its journal.

The journal may name a super-journal, which SQLite removes when it has rolled back: any
file that this process may remove.  So a journal that names one is left to its application.
Format: https://www.sqlite.org/fileformat2.html#the_rollback_journal, and its last 8 bytes
where it names a super-journal: `pager.c`, `readSuperJournal`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO

from shipway.errors import Problem

JOURNAL = "-journal"
JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
SHARED_FIRST = 0x40000002
SHARED_SIZE = 510
BUSY_S = 30.0
PAUSE_S = 0.1


@contextmanager
def rolled_back(source: Path, room: Path) -> Iterator[Path]:
    """Yield a copy of the file below `room`, as its journal leaves it.

    Raises Problem `backup-broken`, OSError, `sqlite3.Error`.
    """
    with tempfile.TemporaryDirectory(dir=room, prefix=".crashed-") as folder:
        copy = Path(folder, source.name)
        with _quiet(source) as live, copy.open("wb") as out:
            shutil.copyfileobj(live, out)
            with suppress(FileNotFoundError):  # its application was faster: nothing to roll back
                _copy_journal(source, copy)
        with closing(sqlite3.connect(copy)) as database:
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield copy


@contextmanager
def _quiet(source: Path) -> Iterator[IO[bytes]]:
    """Yield the file, open and read-locked as SQLite does it: nobody writes it meanwhile."""
    with os.fdopen(os.open(source, os.O_RDONLY | os.O_NOFOLLOW), "rb") as live:
        until = time.monotonic() + BUSY_S
        while True:
            try:
                fcntl.lockf(live, fcntl.LOCK_SH | fcntl.LOCK_NB, SHARED_SIZE, SHARED_FIRST)
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(PAUSE_S)
        yield live


def _copy_journal(source: Path, copy: Path) -> None:
    journal = source.with_name(source.name + JOURNAL)
    kept = copy.with_name(copy.name + JOURNAL)
    with (
        os.fdopen(os.open(journal, os.O_RDONLY | os.O_NOFOLLOW), "rb") as live,
        kept.open("w+b") as out,
    ):
        shutil.copyfileobj(live, out)
        out.seek(max(0, out.tell() - len(JOURNAL_MAGIC)))
        names_another = out.read() == JOURNAL_MAGIC
    if names_another:
        raise Problem(
            "backup-broken",
            f"the SQLite file {source} was left in the middle of a transaction over several files,"
            " which only its own application may end.",
            hints=["start the service that writes it, and save it again"],
        )
