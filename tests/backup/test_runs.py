"""A run over what goes wrong: one source keeps no other back, and nothing is good that is not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.backup import recover
from shipway.backup.files import fetch_content
from shipway.backup.ground import Ground
from shipway.backup.into_place import FilesIntoPlace
from shipway.backup.redis import FILE
from shipway.backup.rehearsal import rehearse
from shipway.backup.run import RunRequest, begin
from shipway.backup.state import DATABASE
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind, Drill, DrillCheck
from shipway.model.backup_run import BackupRun, RunKind, RunState
from shipway.model.backup_settings import DAY_S
from shipway.model.names import EnvironmentId
from shipway.ports_repository import Snapshot
from shipway.store.store import SqliteStore
from tests.backup.test_earlier import Folders
from tests.backup.test_sources import application
from tests.support.clocks import HandClock
from tests.support.directory_repository import DirectoryRepository

HERE = EnvironmentId("shop", "production")


class Full(DirectoryRepository):
    """A repository that takes nothing more while `full`."""

    full = True

    def put(self, tree: Path, **more: Any) -> Snapshot:
        if self.full:
            raise Problem("repository-full", "it is full.")
        return super().put(tree, **more)


@dataclass
class World:
    """What a run has at hand: a real store, directories for volumes, a plain repository."""

    ground: Ground
    repository: Full
    folders: Folders
    clock: HandClock

    def run(self, *only: str) -> BackupRun:
        request = RunRequest(environment=HERE, kind=RunKind.FULL, who="test", only=only)
        _run, act = begin(self.ground, request)
        return act()

    def kept(self, kind: BackupKind, tree: Path, **more: Any) -> Backup:
        """Keep a directory as a backup that was made just now."""
        snapshot = self.repository.put(tree, tags={})
        now = self.clock.now()
        given: dict[str, Any] = {"subject": "it", "began_at": now, "ended_at": now, "bytes": 1}
        return Backup(id=snapshot.id, environment=HERE, kind=kind, **{**given, **more})


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "app").mkdir()
    (tmp_path / "volumes").mkdir()
    app, clock = application(tmp_path / "app"), HandClock()
    store = SqliteStore(tmp_path / "state.sqlite", clock)
    folders, repository = Folders(tmp_path / "volumes"), Full(tmp_path / "repository")
    repository.full = False
    ground = Ground(
        home=tmp_path / "home",
        clock=clock,
        catalog=cast("Any", None),
        application=lambda _environment: app,
        kit=lambda _environment: cast("Any", SimpleNamespace(folders=folders)),
        repositories=cast(
            "Any", SimpleNamespace(of=lambda _one: repository, forget_ready=lambda _one: None)
        ),
        records=store.backups,
        runs=store.backup_runs,
        secrets=cast("Any", None),
        bucket=cast("Any", None),
    )
    return World(ground=ground, repository=repository, folders=folders, clock=clock)


def test_a_disk_that_refuses_one_source_keeps_no_other_from_being_saved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the machine's disk says of one source is that source's problem."""
    world.folders.make("uploads", "mysql")
    put = world.repository.put

    def no_room(tree: Path, **more: Any) -> Snapshot:
        if tree.name == "uploads":
            raise OSError(28, "No space left on device")
        return put(tree, **more)

    monkeypatch.setattr(world.repository, "put", no_room)
    ended = world.run("uploads", "mysql")
    assert ended.state is RunState.FAILED
    assert ended.problem is None
    assert {part.subject: part.problem is None for part in ended.parts} == {
        "uploads": False,
        "mysql": True,
    }


def test_a_full_repository_loses_what_has_had_its_time_and_takes_the_next_backup(
    world: World,
) -> None:
    world.folders.make("uploads")
    for _turn in range(8):
        assert world.run("uploads").state is RunState.SUCCEEDED
        world.clock.at += 5 * DAY_S
    before = len(world.repository.snapshots())
    world.repository.full = True
    assert world.run("uploads").state is RunState.FAILED
    assert len(world.repository.snapshots()) == before - 1
    assert len(world.ground.records.backups(HERE)) == before - 1


def test_a_database_that_comes_back_damaged_is_a_failed_rehearsal_and_no_defect_of_shipway(
    world: World, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    with closing(sqlite3.connect(tree / "app.db")) as database:
        database.execute("CREATE TABLE item (name TEXT)")
        database.commit()
    content = bytearray((tree / "app.db").read_bytes())
    content[100:] = b"\xff" * (len(content) - 100)
    (tree / "app.db").write_bytes(content)
    backup = world.kept(BackupKind.SQLITE, tree, counts={"item": 1})
    drill = rehearse(world.ground, world.repository, backup)
    assert not drill.passed


def test_a_machine_without_redis_does_not_call_its_snapshots_broken(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine of containers no redis-server is installed."""
    monkeypatch.setattr("shipway.backup.redis_copy.find_tool", lambda _name: None)
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / FILE).write_bytes(b"REDIS0011 and so on")
    backup = world.kept(BackupKind.REDIS, tree, counts={"keys": 7})
    drill = rehearse(world.ground, world.repository, backup)
    assert drill.passed
    assert "no redis-server is here" in drill.checks[0].says
    (tree / FILE).write_bytes(b"something else")
    other = world.kept(BackupKind.REDIS, tree, counts={"keys": 7})
    assert not rehearse(world.ground, world.repository, other).passed


@pytest.mark.parametrize("path", ["sub/app.db", "../outside/app.db"])
def test_a_database_is_never_restored_by_a_link_out_of_its_volume(
    world: World, tmp_path: Path, path: str
) -> None:
    """A container may turn a folder of its volume into a link while it is saved."""
    outside, tree, beside = tmp_path / "outside", tmp_path / "tree", tmp_path / "beside"
    for folder in (outside, tree, beside):
        folder.mkdir()
    (beside / "app.db").write_bytes(b"SQLite")
    (tree / "sub").symlink_to(outside)
    copy = world.repository.put(beside, tags={})
    facts = {"sqlite": f'{{"{path}": "{copy.id}"}}'}
    backup = world.kept(BackupKind.VOLUME, tree, facts=facts)
    with pytest.raises(Problem) as caught:
        fetch_content(world.ground, world.repository, backup, tmp_path / "back")
    assert caught.value.kind == "restore-refused"
    assert not list(outside.iterdir())


def test_the_rehearsals_of_many_files_hide_none_of_the_database(world: World) -> None:
    """A database whose rehearsal is not remembered would be rehearsed every hour."""
    records, check = world.ground.records, DrillCheck(name="rows", passed=True, says="all")
    for subject in ("db", *(f"tenants/{number}.db" for number in range(60))):
        records.add_drill(
            Drill(
                environment=HERE,
                subject=subject,
                backup="b",
                began_at=1.0,
                ended_at=2.0,
                rto_s=1.0,
                rpo_s=None,
                checks=(check,),
            )
        )
    assert [item.subject for item in records.drills(HERE)][-1] == "db"


@pytest.mark.parametrize("cut", ["_settle", "_mark_recovering", "_move_in"])
def test_a_recovery_that_is_cut_off_leaves_no_state_and_can_be_typed_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    """Else a daemon would find nothing to recover, and save empty volumes as the newest."""
    home, new = world.ground.home, tmp_path / "new"
    (home / "vault").mkdir(parents=True)
    (home / "vault" / "secrets").write_text("sealed")
    SqliteStore(home / DATABASE, world.clock)
    assert world.run("shipway").state is RunState.SUCCEEDED
    repositories = cast("Any", {HERE: world.repository})

    def killed(*given: Any) -> None:
        if cut == "_move_in":  # half of it
            (given[0] / "vault").rename(given[1] / "vault")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(recover, cut, killed)
        with pytest.raises(KeyboardInterrupt):
            recover.recover_state(new, repositories, key_text="key")
    assert not (new / DATABASE).exists()
    done = recover.recover_state(new, repositories, key_text="key")
    assert done.environments == ("shop.production",)
    assert (new / "vault" / "secrets").read_text() == "sealed"
    assert (new / "backup" / recover.MARKS / "shop.production").exists()
    assert (new / DATABASE).exists()


def test_no_backup_begins_between_a_restores_last_look_and_the_end_of_its_swap(
    world: World,
) -> None:
    """It would read half of what was, half of what came."""
    world.folders.make("uploads")
    port = FilesIntoPlace(ground=world.ground)
    request = RunRequest(environment=HERE, kind=RunKind.FULL, who="test", only=("uploads",))
    _run, act = begin(world.ground, request)
    assert not port.take_turn(HERE), "a backup is being made"
    assert act().state is RunState.SUCCEEDED
    assert port.take_turn(HERE)
    assert port.take_turn(HERE), "its undoing goes on with the same turn"
    with pytest.raises(Problem) as caught:
        begin(world.ground, request)
    assert caught.value.kind == "environment-locked"
    assert len(world.ground.runs.recent(HERE)) == 1, "nothing was begun"
    port.give_turn(HERE)
    assert world.run("uploads").state is RunState.SUCCEEDED
