"""Faults: nothing is reported good that is not, and nothing live is harmed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import threading
from contextlib import suppress
from pathlib import Path

from shipway.api.client import DaemonGone
from shipway.errors import Problem
from shipway.model.backup_settings import BackupSettings
from shipway.model.names import EnvironmentId
from shipway.model.workload import SecretMap
from shipway.repositories import EnvironmentRepositories
from tests.support.dbapp import Board, DatabaseApp
from tests.support.running import Shipway, eventually

PAGE = 8192


class NoSecrets:
    """A vault that is empty."""

    def values(self, environment: EnvironmentId, version: int | None = None) -> SecretMap:
        del environment, version
        return SecretMap()

    def version(self, environment: EnvironmentId) -> int:
        del environment
        return 0


def stream_of(shipway: Shipway, board: Board) -> dict[str, object]:
    """Return what is written down of the stream: its epoch, its receiver."""
    folder = shipway.places.home / "backup/databases" / f"{board.project}.staging" / "db"
    return {**json.loads((folder / "stream.json").read_text()), "folder": folder}


def insert(board: Board, first: int, last: int) -> None:
    board.rows(
        f"INSERT INTO items SELECT g, now() FROM generate_series({int(first)}, {int(last)}) g"  # noqa: S608
    )


def test_killed_databases_and_daemons_lose_nothing_and_break_no_stretch(
    shipway: Shipway, app: DatabaseApp, board: Board
) -> None:
    """PostgreSQL restarted, the daemon killed in mid-backup and in mid-restore."""
    insert(board, 1, 1000)
    before = stream_of(shipway, board)["name"]
    folder = Path(str(stream_of(shipway, board)["folder"]))

    (pid,) = board.rows("SELECT pg_backend_pid()")[0]
    data = str(board.rows("SHOW data_directory")[0][0])
    postmaster = int((Path(data) / "postmaster.pid").read_text().split()[0])
    assert pid != postmaster
    os.kill(postmaster, signal.SIGKILL)
    insert(board, 1001, 1010)

    making = threading.Thread(target=lambda: _quietly(lambda: board.call("base")), daemon=True)
    making.start()
    eventually("a base backup is being made", (folder / "work/base").exists, 60)
    shipway.kill()
    making.join(20)
    insert_without_daemon(board, data, 1011, 1020)
    shipway.start()

    begun = shipway.begin("restore", app.directory, "staging")
    eventually("the copy is filled", lambda: "filling" in shipway.story(begun), 60)
    shipway.kill()
    shipway.start()
    ended = shipway.finished(begun, 120)
    assert ended["state"] == "succeeded", shipway.story(begun)
    assert board.numbers() == list(range(1, 1021))
    known = eventually("the stream began anew", lambda: _changed(shipway, board, before), 60)
    assert str(known).endswith("-2")  # the restored cluster is on a timeline of its own


def insert_without_daemon(board: Board, data: str, first: int, last: int) -> None:
    """Write while no daemon runs: the slot and the receiver keep it."""
    import psycopg

    lines = (Path(data) / "postmaster.pid").read_text().splitlines()
    with psycopg.connect(
        host=lines[5], port=5432, user="postgres", password="hunter2", dbname="board"
    ) as connection:
        connection.execute(
            "INSERT INTO items SELECT g, now() FROM generate_series(%s::int, %s::int) g",
            [first, last],
        )
    del board


def _changed(shipway: Shipway, board: Board, before: object) -> object:
    name = stream_of(shipway, board)["name"]
    return name if name != before else None


def _quietly(act: object) -> None:
    with suppress(Problem, DaemonGone, OSError, LookupError):  # an answer cut short, too
        act()  # type: ignore[operator]


def test_a_zeroed_page_and_a_truncated_backup_fail_the_drill_and_harm_nothing(
    shipway: Shipway, app: DatabaseApp, board: Board, ground: Path
) -> None:
    """R123: the zeroed page passes every checksum; the rows are counted."""
    del app
    insert(board, 1, 20_000)
    path = str(board.rows("SELECT pg_relation_filepath('items')")[0][0])
    assert "backups" in board.call("base")
    settings = BackupSettings(directory=str(ground / "repository"))
    repository = EnvironmentRepositories(
        shipway.places.home / "backup", lambda _environment: settings, NoSecrets()
    ).of(EnvironmentId(board.project, "staging"))
    assert repository is not None
    newest = repository.snapshots({"kind": "base"})[0]
    tree = ground / "tampered"
    repository.restore(newest.id, tree)
    zero_page(tree, path)
    counted = repository.get_object(f"pg/db/base/{newest.id[:8]}")
    tampered = repository.put(tree, tags=dict(newest.tags))
    repository.put_object(f"pg/db/base/{tampered.id[:8]}", counted)
    repository.forget([newest.id])

    drill = board.call("drill")["drills"][0]
    failed = {check["name"]: check["says"] for check in drill["checks"] if not check["passed"]}
    assert not drill["passed"]
    assert "instead of 20000" in failed["rows"], drill

    packs = [
        item for item in (ground / "repository").rglob("*") if item.parent.parent.name == "data"
    ]
    for pack in packs:
        pack.chmod(0o600)
        os.truncate(pack, pack.stat().st_size // 2)
    drill = board.call("drill")["drills"][0]
    assert not drill["passed"]
    assert drill["rto_s"] is None
    assert len(board.numbers()) == 20_000
    shutil.rmtree(tree)


def zero_page(tree: Path, path: str) -> None:
    """Zero a page of a table in a base backup, so that its own manifest agrees."""
    with (tree / path).open("r+b") as file:
        file.seek(3 * PAGE)
        file.write(bytes(PAGE))
    manifest = tree / "backup_manifest"
    lines = manifest.read_text().splitlines(keepends=True)
    kept = []
    for line in lines:
        head, found, tail = line.partition(', "Checksum-Algorithm"')
        bare = f"{head} }}{',' if tail.rstrip().endswith(',') else ''}\n"
        kept.append(bare if found and f'"{path}"' in line else line)
    body = "".join(kept[:-1])
    digest = hashlib.sha256(body.encode()).hexdigest()
    manifest.write_text(f'{body}"Manifest-Checksum": "{digest}"}}\n')
