"""Volumes hold what no one expects; it comes back as it was, or the backup says what it lacks."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.backup.files import fetch_content
from shipway.backup.rehearsal import rehearse
from shipway.errors import Problem
from shipway.files import emptied
from shipway.model.backup import Backup, BackupKind
from shipway.model.backup_run import RunState
from tests.backup.conftest import restic_directory
from tests.backup.test_runs import HERE, World, world

__all__ = ["world"]
SPARSE = 64 * 1024**2
NOT_UTF8 = b"caf\xe9"


@pytest.fixture
def kept(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> World:
    """Return the world with a repository of restic's own."""
    repository = restic_directory(tmp_path / "restic" / "repository", request)
    found = SimpleNamespace(of=lambda _one: repository, forget_ready=lambda _one: None)
    world.ground = replace(world.ground, repositories=cast("Any", found))
    world.repository = cast("Any", repository)
    return world


def newest(world: World, kind: BackupKind, subject: str) -> Backup:
    return world.ground.records.backups(HERE, kind=kind, subject=subject)[0]


def test_a_volume_of_odd_files_comes_back_as_it_was(kept: World, tmp_path: Path) -> None:
    """Links, holes, attributes, a FIFO, names that are not UTF-8; a socket is made anew by its owner."""
    kept.folders.make("uploads")
    folder = kept.folders.root / "uploads"
    (folder / "one").write_bytes(b"linked")
    os.link(folder / "one", folder / "other")
    (folder / "hard").symlink_to("nowhere")
    (folder / "holes").touch()
    os.truncate(folder / "holes", SPARSE)
    os.setxattr(folder / "one", "user.kind", b"note")
    os.mkfifo(folder / "pipe")
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/" + NOT_UTF8))
    odd.mkdir()
    (odd / os.fsdecode(NOT_UTF8 + b"\n")).write_bytes(b"odd")
    with closing(sqlite3.connect(odd / os.fsdecode(NOT_UTF8 + b".db"))) as database:
        database.execute("CREATE TABLE item (name TEXT)")
        database.execute("INSERT INTO item VALUES ('kept')")
        database.commit()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket"))

    ended = kept.run("uploads")
    assert ended.state is RunState.SUCCEEDED, [part.problem for part in ended.parts]
    backup = newest(kept, BackupKind.VOLUME, "uploads")
    drill = rehearse(kept.ground, kept.repository, backup)
    assert drill.passed, drill.checks

    back = tmp_path / "back"
    fetch_content(kept.ground, kept.repository, backup, back)
    assert (back / "one").stat().st_ino == (back / "other").stat().st_ino
    assert os.getxattr(back / "one", "user.kind") == b"note"
    assert (back / "pipe").is_fifo()
    assert (back / "hard").readlink() == Path("nowhere")
    assert (back / "holes").stat().st_size == SPARSE
    again = back / os.fsdecode(NOT_UTF8)
    assert (again / os.fsdecode(NOT_UTF8 + b"\n")).read_bytes() == b"odd"
    with closing(sqlite3.connect(again / os.fsdecode(NOT_UTF8 + b".db"))) as database:
        assert database.execute("SELECT name FROM item").fetchall() == [("kept",)]


def test_a_defect_at_one_source_keeps_no_other_from_being_saved(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.folders.make("uploads", "mysql")
    put = kept.repository.put

    def defect(tree: Path, **more: Any) -> Any:
        if tree.name == "uploads":
            raise ValueError("nobody has thought of it")
        return put(tree, **more)

    monkeypatch.setattr(kept.repository, "put", defect)
    ended = kept.run("uploads", "mysql")
    assert ended.state is RunState.FAILED
    assert {part.subject: part.problem is None for part in ended.parts} == {
        "uploads": False,
        "mysql": True,
    }


def test_what_is_staged_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "staging" / "shop" / "state"
    with emptied(folder) as staged:
        (staged / "file").write_text("half")
        modes = [path.stat().st_mode & 0o777 for path in (staged, *staged.parents[:2])]
        assert modes == [0o700] * 3
    (folder / "left").mkdir(parents=True)
    with emptied(folder) as staged:
        assert not list(staged.iterdir()), "what a killed process left is gone"
    assert not folder.exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a directory on a disk of 4 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode != 0:
        pytest.skip(f"a disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_during_a_restore_is_not_called_a_full_repository(
    small_disk: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    repository = restic_directory(tmp_path / "restic" / "repository", request)
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "large").write_bytes(os.urandom(6 * 1024**2))
    snapshot = repository.put(tree, tags={})
    with pytest.raises(Problem) as caught:
        repository.restore(snapshot.id, small_disk / "back")
    assert caught.value.kind == "disk-full"
    assert str(small_disk) in caught.value.message
