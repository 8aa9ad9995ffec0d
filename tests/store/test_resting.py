"""Threads that wait keep no connection."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from shipway.store.database import IDLE_MAX, Database


def test_threads_that_rest_leave_their_connections_to_the_next(tmp_path: Path) -> None:
    """Twenty loops that have all asked, one after another, hold one connection, not twenty."""
    path = tmp_path / "state.sqlite"
    database = Database(path)
    database.let_go()
    done, end = threading.Semaphore(0), threading.Event()

    def loop() -> None:
        with database.transaction() as connection:
            connection.execute("SELECT 1")
        with database.transaction(durable=False) as connection:
            connection.execute("SELECT 1")
        database.let_go()
        done.release()
        end.wait(30)

    threads = [threading.Thread(target=loop) for _ in range(20)]
    try:
        for thread in threads:
            thread.start()
            assert done.acquire(timeout=30)
        held = [link for link in map(os.readlink, _links()) if link == str(path)]
        assert 1 <= len(held) <= 2, "one that waits for the disk, and one that does not"
        assert len(threads) > IDLE_MAX
    finally:
        end.set()
        for thread in threads:
            thread.join(30)


def _links() -> list[str]:
    """Return this process' open files, as far as they are still open."""
    here = Path("/proc/self/fd")
    return [str(one) for one in here.iterdir() if one.is_symlink()]


def test_a_thread_that_has_rested_reads_what_others_wrote_meanwhile(tmp_path: Path) -> None:
    database = Database(tmp_path / "state.sqlite")
    with database.transaction() as connection:
        connection.execute("CREATE TABLE note (text TEXT)")
    database.let_go()
    other = threading.Thread(target=_write, args=(database,))
    other.start()
    other.join(30)
    assert database.connection.execute("SELECT text FROM note").fetchone()["text"] == "written"


def _write(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO note VALUES ('written')")
