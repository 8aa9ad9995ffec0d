"""Data that restores have replaced: listed, removed in time, and never what is live."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.backup.earlier import earlier_data, remove_earlier, remove_old
from shipway.backup.ground import Ground
from shipway.backup.into_place import EARLIER, MOMENT
from shipway.errors import Problem
from shipway.model.backup_settings import DAY_S
from shipway.model.earlier import EarlierData, past_their_time
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Role, SecretMap, Workload
from shipway.ports_backup import HeldVolume
from shipway.ports_data import Database
from tests.backup.test_sources import application

HERE = EnvironmentId("shop", "production")
NOW = time.mktime(time.strptime("2026-11-21 14:00", "%Y-%m-%d %H:%M"))


@dataclass
class Folders:
    """Volumes as directories; see `shipway.ports_backup.DataFolders`."""

    root: Path
    removed: list[str] = field(default_factory=list)

    def make(self, *names: str) -> None:
        for name in names:
            (self.root / name).mkdir(parents=True)
            (self.root / name / "file").write_text(name)

    def held(self, _environment: EnvironmentId) -> tuple[HeldVolume, ...]:
        return tuple(HeldVolume(name=path.name, folder=path) for path in self.root.iterdir())

    def volume_folder(self, _environment: EnvironmentId, volume: str, _declared: Any) -> Path:
        if not (self.root / volume).is_dir():
            raise Problem("volume-missing", "it is not there.")
        return self.root / volume

    def remove_volume(self, _environment: EnvironmentId, name: str) -> None:
        self.removed.append(name)


def database(generation: int) -> Database:
    """Return a database on that generation of `pgdata`."""
    mount = {"type": "volume", "source": "pgdata", "target": "/var/lib/postgresql/data"}
    base = Workload(
        scope=Scope(HERE),
        service="db",
        role=Role.STATEFUL,
        artifact=Artifact(service="db", kind="image", reference="sha256:1", name="postgres:16"),
        definition={"image": "postgres:16", "volumes": [mount]},
        environment=SecretMap(),
        volumes={"pgdata": {}},
    )
    nothing = cast("Any", None)
    return Database(
        environment=HERE,
        workload=base,
        base=base,
        generation=generation,
        engine=nothing,
        console=nothing,
        tools=nothing,
    )


@dataclass
class Place:
    """What is asked of the ground."""

    folders: Folders
    generation: int = 1
    locked: bool = False
    keep: str = "{timezone: Asia/Seoul}"
    backup_days: int = 40

    def ground(self, tmp_path: Path) -> Ground:
        app = application(tmp_path, f"backup: {self.keep}", environment="production")
        nothing = cast("Any", None)
        return Ground(
            home=tmp_path,
            clock=cast("Any", SimpleNamespace(now=lambda: NOW)),
            catalog=cast("Any", SimpleNamespace(environments=lambda: ((HERE, "process"),))),
            application=lambda _environment: app,
            kit=lambda _environment: cast("Any", SimpleNamespace(folders=self.folders)),
            repositories=nothing,
            records=cast("Any", SimpleNamespace(backups=lambda _environment: self.backups())),
            runs=nothing,
            secrets=nothing,
            bucket=nothing,
            databases=lambda _environment: (database(self.generation),),
            rollout_ended={117: NOW - 8 * DAY_S, 130: NOW - DAY_S}.get,
            locked=lambda _environment: self.locked,
        )

    def backups(self) -> tuple[Any, ...]:
        """Return one a day until now."""
        ended = (NOW - day * DAY_S for day in range(self.backup_days))
        return tuple(SimpleNamespace(ended_at=moment) for moment in ended)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return production after two restores of its database and one of its files."""
    folders = Folders(tmp_path / "volumes")
    kept = time.strftime(MOMENT, time.localtime(NOW - 10 * DAY_S))
    folders.make("pgdata", "pgdata.g117", "pgdata.g130", "pgdata.beside", "pgdata.drill")
    folders.make("uploads", f"uploads{EARLIER}{kept}", "uploads.restoring-131", "other")
    return Place(folders, generation=130)


def test_each_generation_says_when_it_was_replaced_and_which_one_is_live(
    place: Place, tmp_path: Path
) -> None:
    found = earlier_data(place.ground(tmp_path), HERE, sized=True)
    told = {
        item.name: (item.live, item.replaced_at and (NOW - item.replaced_at) / DAY_S)
        for item in found
    }
    upload = next(name for name in told if name.startswith(f"uploads{EARLIER}"))
    assert told == {
        "pgdata.g130": (True, None),
        "pgdata.g117": (False, 1.0),
        "pgdata": (False, 8.0),
        "uploads": (True, None),
        upload: (False, 10.0),
    }
    assert all(item.bytes for item in found)


def test_where_nothing_was_restored_nothing_is_earlier(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "volumes")
    folders.make("pgdata", "uploads")
    assert earlier_data(Place(folders).ground(tmp_path), HERE) == ()


def test_what_has_had_its_time_goes_by_itself_and_the_live_one_stays(
    place: Place, tmp_path: Path
) -> None:
    ground = place.ground(tmp_path)
    place.locked = True
    assert remove_old(ground) == (), "not while a rollout runs"
    place.locked = False
    gone = {item.name for item in remove_old(ground)}
    assert place.folders.removed == ["pgdata"]
    assert len(gone) == 2
    assert (tmp_path / "volumes" / "uploads" / "file").exists()
    assert not list((tmp_path / "volumes").glob(f"uploads{EARLIER}*"))


def test_a_project_may_keep_what_was_replaced_for_longer(place: Place, tmp_path: Path) -> None:
    place.keep = "{keep_replaced: 30d}"
    assert remove_old(place.ground(tmp_path)) == ()


def test_a_stretch_without_a_backup_makes_nothing_old_all_at_once(
    place: Place, tmp_path: Path
) -> None:
    """A clock that jumps ahead looks like a long time in which nothing was saved."""
    place.backup_days = 1
    assert remove_old(place.ground(tmp_path)) == ()


def test_nothing_is_removed_where_one_of_the_names_is_wrong_or_live(
    place: Place, tmp_path: Path
) -> None:
    ground = place.ground(tmp_path)
    for name, kind in (("pgdata.g130", "generation-live"), ("other", "no-generation")):
        with pytest.raises(Problem) as caught:
            remove_earlier(ground, HERE, ["pgdata", name])
        assert caught.value.kind == kind
    assert place.folders.removed == []
    assert [item.name for item in remove_earlier(ground, HERE, ["pgdata"])] == ["pgdata"]


def test_what_is_of_an_unknown_age_stays_until_a_person_removes_it() -> None:
    unknown = EarlierData(environment=HERE, subject="db", name="pgdata", where="/x")
    assert past_their_time([unknown], 0.0, NOW) == ()
