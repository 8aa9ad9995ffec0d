"""Saved and brought back for real: files, SQLite, Redis, Shipway's own state (R119, R114, R125)."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import pytest

from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind
from shipway.model.backup_settings import BackupSettings
from shipway.ports_repository import Repository
from shipway.repositories import EnvironmentRepositories
from shipway.store.backups import Backups
from shipway.store.database import Database as StateFile
from tests.backup.stateapp import Production, commit
from tests.support.running import Shipway, eventually, free_ports
from tests.support.tinyapp import TinyApp

ENGINES = ["process", pytest.param("docker", marks=pytest.mark.docker)]


@pytest.fixture(scope="module", params=ENGINES)
def production(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Production]:
    """Yield a live environment with data in it, one an engine: nothing was saved at first."""
    staging, port = free_ports(2)
    project = f"bk{request.param}"
    folder = tmp_path_factory.mktemp(project)
    app = TinyApp(folder / "app", project=project, staging=staging, production=port)
    commit(app)
    remote = f"https://ci:hunter2@example.com/{project}.git"
    argv = ["git", "remote", "add", "origin", remote]
    subprocess.run(argv, cwd=app.directory, check=True, timeout=20)
    with TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        shipway = Shipway(Path(name) / "home", engine=request.param)
        shipway.start(SHIPWAY_BACKUP_SETTLE_S="100000")
        try:
            shipway.rolled("deploy", app.directory, "production")
            found = Production(shipway, project, app.directory)
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


def test_a_restore_names_what_there_is_when_it_finds_nothing(production: Production) -> None:
    with pytest.raises(Problem) as caught:
        production.shipway.begin("restore", production.directory, "production", of=["uploads"])
    assert caught.value.kind == "no-backup"
    assert "nothing yet" in caught.value.message


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
    production.copied_out("uploads", beside)
    with closing(sqlite3.connect(beside / "notes.db")) as notes:
        assert notes.execute("SELECT count(*) FROM note").fetchone() == (101,)
    assert not (beside / "notes.db-wal").exists()
    assert production.generations() == []

    for language in ("en", "ko"):
        book = production.shipway.client.get("/backup-runbook", lang=language)["text"]
        steps = book[book.index("shipway backup recover --repository") :]
        assert steps.count(f"git clone https://example.com/{production.project}.git") == 1
        assert "hunter2" not in book, "the remote's password"
        assert f"shipway deploy production --ref {head(production)} -y" in steps
        assert steps.index("shipway deploy") < steps.index("shipway backup recover production")


def head(production: Production) -> str:
    """Return the short hash of the commit that is deployed."""
    done = subprocess.run(
        ["git", "rev-parse", "--short=8", "HEAD"],
        cwd=production.directory, check=True, capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    return done.stdout.strip()


def test_a_daemon_killed_in_the_middle_of_a_restore_ends_it_and_keeps_what_was_there(
    production: Production,
) -> None:
    """Files, SQLite and Redis: fetched again, or swapped to the end; a broken one goes back."""
    production.saved()
    uploads = production.volume("uploads")
    (uploads / "pictures" / "cat.jpg").unlink()
    (uploads / "new.txt").write_text("written since")
    production.redis("flushall")

    done = production.restored_after_a_kill("uploads", "fetch:done:before")
    assert done["state"] == "succeeded", production.shipway.story(done["id"])
    assert (production.volume("uploads") / "pictures" / "cat.jpg").stat().st_size == 60_002
    assert not (production.volume("uploads") / "new.txt").exists()
    live, earlier = production.generations()
    assert (live["subject"], live["live"], earlier["live"]) == ("uploads", True, False)
    assert (Path(earlier["where"]) / "new.txt").read_text() == "written since"
    assert earlier["goes_at"] - earlier["replaced_at"] == 7 * 86_400
    assert live["bytes"] > 60_000

    done = production.restored_after_a_kill("redis", "swap:done:before")
    assert done["state"] == "succeeded", production.shipway.story(done["id"])
    assert eventually("redis has its keys", lambda: _get(production, "key7") == "value 7")
    assert production.redis("dbsize") == "50"

    refuse_a_broken_snapshot(production)
    view = eventually("all of it runs", lambda: _good(production))
    assert view["active"] is None

    names = [item["name"] for item in production.generations() if not item["live"]]
    with pytest.raises(Problem) as caught:
        remove_generations(production, "uploads")
    assert caught.value.kind == "generation-live"
    remove_generations(production, *names)
    assert production.generations() == []
    assert not Path(earlier["where"]).exists()
    assert (production.volume("uploads") / "notes.db").exists()


def refuse_a_broken_snapshot(production: Production) -> None:
    """Restore a Redis that does not come up: what was there must be back, and serve."""
    shipway = production.shipway
    tree = production.directory.parent / "broken"
    tree.mkdir()
    (tree / "dump.rdb").write_bytes(b"REDIS0011 this is no snapshot")
    broken = repository_of(production).put(tree, tags={"kind": "redis"})
    now = time.time()
    Backups(StateFile(production.home / "state.sqlite")).add(
        Backup(
            id=broken.id,
            environment=production.environment,
            subject="redis",
            kind=BackupKind.REDIS,
            began_at=now,
            ended_at=now,
            bytes=broken.bytes,
        )
    )
    problem = shipway.refused("restore", production.directory, "production", of=[broken.id])
    assert problem.kind == "service-not-ready", problem
    assert eventually("redis has its keys", lambda: _get(production, "key7") == "value 7")


def repository_of(production: Production) -> Repository:
    """Return the environment's repository."""
    found = EnvironmentRepositories(
        production.home / "backup", lambda _environment: BackupSettings(), cast("Any", None)
    ).of(production.environment)
    assert found is not None
    return found


def remove_generations(production: Production, *names: str) -> None:
    production.shipway.client.post(f"{production.path}/generations/remove", {"names": list(names)})


def _get(production: Production, key: str) -> str:
    try:
        return production.redis("get", key)
    except Exception:
        return "?"


def _good(production: Production) -> dict[str, object] | None:
    view = production.shipway.environment(production.project, "production")
    return view if view["good"] else None
