"""Saved and brought back for real: files, SQLite, Redis, Shipway's own state (R119, R114, R125)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shipway.errors import Problem
from tests.backup.stateapp import Production, commit
from tests.support.running import Shipway, eventually, free_ports
from tests.support.tinyapp import TinyApp

ENGINES = ["process", pytest.param("docker", marks=pytest.mark.docker)]


@pytest.fixture(params=ENGINES)
def production(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Production]:
    """Yield a live environment with data in it."""
    staging, port = free_ports(2)
    project = f"bk{request.param}"
    app = TinyApp(tmp_path / "app", project=project, staging=staging, production=port)
    commit(app)
    with TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        shipway = Shipway(Path(name) / "home", engine=request.param)
        shipway.start(SHIPWAY_BACKUP_SETTLE_S="100000")
        try:
            shipway.rolled("deploy", app.directory, "production")
            found = Production(shipway, project)
            fill(found)
            yield found
        finally:
            shipway.close()
            if shipway.engine == "docker":
                shipway.start()
                shipway.client.post(
                    f"/projects/{project}/environments/production/destroy", data=True
                )
                shipway.stop()


def fill(production: Production) -> None:
    """Write uploads, a SQLite file and keys."""
    uploads = production.volume("uploads")
    (uploads / "pictures").mkdir()
    (uploads / "pictures" / "cat.jpg").write_bytes(b"\xff\xd8" + b"cat" * 20_000)
    (uploads / "pictures" / "cat.jpg").chmod(0o640)
    with closing(sqlite3.connect(uploads / "notes.db")) as notes:
        notes.execute("PRAGMA journal_mode = WAL")
        notes.execute("CREATE TABLE note (text TEXT)")
        notes.executemany("INSERT INTO note VALUES (?)", [(f"note {n}",) for n in range(100)])
        notes.commit()
    for number in range(50):
        production.redis("set", f"key{number}", f"value {number}")


def test_what_was_saved_comes_back_as_it_was(production: Production, tmp_path: Path) -> None:
    """R114, R115, R119, R125, D17: a live SQLite file is not copied but saved."""
    uploads = production.volume("uploads")
    with closing(sqlite3.connect(uploads / "notes.db")) as writer:
        writer.execute("INSERT INTO note VALUES ('only in the journal')")
        writer.commit()  # the row is in notes.db-wal, not in notes.db
        run = production.saved()
    kinds = {(part["kind"], part["subject"]) for part in run["parts"]}
    assert kinds == {
        ("redis", "redis"),
        ("sqlite", "uploads/notes.db"),
        ("volume", "uploads"),
        ("state", "shipway"),
    }
    newest = {item["subject"]: item["newest"] for item in production.status()["sources"]}
    assert newest["redis"]["counts"] == {"keys": 50}

    assert not any(item["proven_at"] for item in production.status()["sources"])
    production.saved("verify")
    proven = {item["subject"]: item["proven_at"] for item in production.status()["sources"]}
    assert all(proven.values()), proven  # each was restored and counted

    beside = tmp_path / "beside"
    production.restore("uploads", beside)
    with closing(sqlite3.connect(beside / "notes.db")) as notes:
        assert notes.execute("SELECT count(*) FROM note").fetchone() == (101,)
    assert not (beside / "notes.db-wal").exists()

    (uploads / "pictures" / "cat.jpg").unlink()
    (uploads / "new.txt").write_text("written since")
    production.redis("flushall")
    done = production.restore("uploads")
    assert (production.volume("uploads") / "pictures" / "cat.jpg").stat().st_size == 60_002
    assert not (production.volume("uploads") / "new.txt").exists()
    assert (Path(done["kept"]) / "new.txt").read_text() == "written since"
    production.restore("redis")
    assert eventually("redis has its keys", lambda: _get(production, "key7") == "value 7")
    assert _get(production, "dbsize") == ""
    assert production.redis("dbsize") == "50"
    view = eventually("all of it runs", lambda: _good(production))
    assert view["good"]


def _get(production: Production, key: str) -> str:
    try:
        return production.redis("get", key)
    except Exception:
        return "?"


def _good(production: Production) -> dict[str, object] | None:
    view = production.shipway.environment(production.project, "production")
    return view if view["good"] else None


def test_a_restore_names_what_there_is_when_it_finds_nothing(production: Production) -> None:
    with pytest.raises(Problem) as caught:
        production.restore("uploads")
    assert caught.value.kind == "no-backup"
    assert "nothing yet" in caught.value.message
