"""SQLite files whose writer was killed: saved as their journal leaves them, never written."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shipway.backup.crashed import JOURNAL_MAGIC
from shipway.backup.sqlite import copy_database
from shipway.errors import Problem

ROWS = 2000


@pytest.fixture(params=["DELETE", "WAL"])
def crashed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a file whose writer was killed in the middle of a transaction that had spilled."""
    live = tmp_path / "live" / "app.db"
    live.parent.mkdir()
    folder = tmp_path / "volume"
    with closing(sqlite3.connect(live, isolation_level=None)) as database:
        database.execute(f"PRAGMA journal_mode = {request.param}")
        database.execute("CREATE TABLE item (n INTEGER, text TEXT)")
        database.executemany(
            "INSERT INTO item VALUES (?, ?)", [(n, "x" * 100) for n in range(ROWS)]
        )
        database.execute("PRAGMA cache_size = 2")
        database.execute("BEGIN")
        database.execute("UPDATE item SET n = -1")
        shutil.copytree(live.parent, folder)
    if request.param == "WAL":
        (folder / "app.db-shm").unlink()  # it does not outlive the machine
    return folder / "app.db"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_it_is_saved_as_the_last_whole_transaction_left_it(crashed: Path, tmp_path: Path) -> None:
    journal = crashed.with_name(crashed.name + "-journal")
    assert journal.exists() or crashed.with_name(crashed.name + "-wal").stat().st_size
    before = crashed.read_bytes()
    target = tmp_path / "staged" / "app.db"
    target.parent.mkdir()
    assert copy_database(crashed, target) == {"item": ROWS}
    with closing(sqlite3.connect(target)) as database:
        assert database.execute("SELECT min(n), max(n) FROM item").fetchone() == (0, ROWS - 1)
    assert [path.name for path in target.parent.iterdir()] == ["app.db"]
    assert crashed.read_bytes() == before


@pytest.mark.parametrize("crashed", ["DELETE"], indirect=True)
def test_a_journal_that_names_another_file_is_followed_nowhere(
    crashed: Path, tmp_path: Path
) -> None:
    """Whoever writes the volume chose the name; SQLite would remove what it names."""
    victim = tmp_path / "passwd"
    victim.write_text("root")
    name = str(victim).encode()
    with crashed.with_name(crashed.name + "-journal").open("ab") as journal:
        lock_page = (0x40000000 // 4096 + 1).to_bytes(4, "big")
        journal.write(lock_page + name + len(name).to_bytes(4, "big"))
        journal.write(sum(name).to_bytes(4, "big") + JOURNAL_MAGIC)
    before = contents(crashed.parent)
    target = tmp_path / "staged" / "app.db"
    target.parent.mkdir()
    with pytest.raises(Problem, match="over several files"):
        copy_database(crashed, target)
    assert victim.read_text() == "root"
    assert contents(crashed.parent) == before

    with closing(sqlite3.connect(crashed)) as database:  # what would have been
        database.execute("SELECT count(*) FROM item").fetchone()
    assert not victim.exists()


@pytest.mark.parametrize("crashed", ["DELETE"], indirect=True)
def test_a_link_in_the_journals_place_is_not_read(crashed: Path, tmp_path: Path) -> None:
    journal = crashed.with_name(crashed.name + "-journal")
    journal.rename(tmp_path / "elsewhere")
    journal.symlink_to(tmp_path / "elsewhere")
    target = tmp_path / "staged" / "app.db"
    target.parent.mkdir()
    with pytest.raises(Problem, match="cannot be copied"):
        copy_database(crashed, target)
