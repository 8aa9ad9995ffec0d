"""One server writes into a repository; whoever comes back beside it touches nothing and says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.backup.conditions.overall import environment_conditions
from shipway.errors import Problem
from shipway.model.backup_settings import BackupSettings
from shipway.model.names import EnvironmentId
from shipway.repositories import EnvironmentRepositories, writer
from shipway.repositories.repository import ResticRepository
from tests.backup.conftest import KEY

HERE = EnvironmentId("shop", "production")


@dataclass(kw_only=True)
class Server:
    """A home with the key of the repository, and what is wrong there."""

    home: Path
    repositories: EnvironmentRepositories

    @property
    def repository(self) -> ResticRepository:
        found = self.repositories.of(HERE)
        assert found is not None
        return found

    def asks_at_once(self) -> None:
        """Let no earlier answer count."""
        assert self.repository.writing is not None
        self.repository.writing._checked_at = -1e9

    def refused(self) -> Problem:
        self.asks_at_once()
        with pytest.raises(Problem) as caught:
            self.repositories.ensure_writer(HERE)
        return caught.value


@pytest.fixture
def make(tmp_path: Path, empty_repository: Path) -> Any:
    """Return what makes servers over one repository, which is empty."""
    place = tmp_path / "disk"
    shutil.copytree(empty_repository, place / "shop.production")
    settings = BackupSettings(directory=str(place))

    def server(name: str, *, like: Server | None = None) -> Server:
        home = tmp_path / name / "backup"
        if like is not None:
            shutil.copytree(like.home, home)
        home.mkdir(parents=True, exist_ok=True)
        key = tmp_path / "key"
        if not key.exists():
            key.write_text(f"{KEY.text}\n")
        shutil.copy(key, home / "key")
        found = EnvironmentRepositories(home, lambda _environment: settings, cast("Any", None))
        return Server(home=home, repositories=found)

    return server


def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir(exist_ok=True)
    (folder / "file").write_text("words")
    return folder


def test_a_second_server_reads_and_restores_but_writes_and_removes_nothing(
    make: Any, tmp_path: Path
) -> None:
    """Beside one that lives: a rehearsed recovery, or a server that came back."""
    first = make("first")
    kept = first.repository.put(tree(tmp_path), tags={"kind": "volume"})
    first.repository.put_object("pg/db/epoch/e1", b"its own")
    second = make("second")
    before = sorted(path for path in (tmp_path / "disk").rglob("*") if path.is_file())
    acts: list[Callable[[], object]] = [
        lambda: second.repository.put(tree(tmp_path), tags={}),
        lambda: second.repository.put_object("pg/db/epoch/e2", b"another"),
        lambda: second.repository.delete_objects(["pg/db/epoch/e1"]),
        lambda: second.repository.forget([kept.id]),
    ]
    for act in acts:
        with pytest.raises(Problem, match=r"another server saves shop/production") as caught:
            act()
        assert caught.value.kind == "repository-other-server"
    assert str(first.home.parent) in caught.value.message
    assert "shipway backup adopt production" in caught.value.hints[0]
    assert sorted(path for path in (tmp_path / "disk").rglob("*") if path.is_file()) == before
    assert second.repository.get_object("pg/db/epoch/e1") == b"its own"
    second.repository.restore(kept.id, tmp_path / "restored")
    assert [item.name for item in second.repository.objects()] == ["pg/db/epoch/e1"]
    first.asks_at_once()
    first.repository.put_object("pg/db/epoch/e1", b"goes on")


def test_who_comes_back_after_another_has_taken_over_stops_until_a_person_says_otherwise(
    make: Any, tmp_path: Path
) -> None:
    old, new = make("old"), make("new")
    old.repository.put_object("x", b"1")
    assert new.repositories.take_over(HERE).home == str(old.home.parent)
    new.repository.put_object("x", b"2")

    # what it was about to keep when the other one began is not the newest there
    with pytest.raises(Problem, match="another server"):
        old.repository.put(tree(tmp_path), tags={})
    assert old.repository.snapshots() == ()

    returned = make("again", like=old)  # its next daemon, with what it remembers
    assert f"{new.home.parent}), heard of" in returned.refused().message
    assert returned.repositories.other_writer(HERE).home == str(new.home.parent)
    assert returned.repositories.take_over(HERE) is not None
    returned.repository.put_object("x", b"3")
    assert new.refused().kind == "repository-other-server"
    assert new.repositories.other_writer(HERE) is not None


def test_a_new_server_goes_on_where_the_lost_one_is_silent_and_a_former_one_does_not(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recovery needs no further word; a server that was away for long is no new one."""
    old, new = make("old"), make("new")
    old.repositories.ensure_writer(HERE)
    new.refused()
    monkeypatch.setattr(writer, "SILENT_S", -1.0)
    new.asks_at_once()
    new.repositories.ensure_writer(HERE)
    assert new.repositories.other_writer(HERE) is None
    assert old.refused().kind == "repository-other-server"
    old.refused()


def test_of_two_copies_of_one_machine_only_one_goes_on(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both remember the same; the next mark of the one is foreign to the other."""
    monkeypatch.setattr(writer, "BEAT_S", 0.0)
    machine = make("machine")
    machine.repositories.ensure_writer(HERE)
    copy = make("copy", like=machine)
    copy.repositories.ensure_writer(HERE)
    assert machine.refused().kind == "repository-other-server"
    copy.asks_at_once()
    copy.repositories.ensure_writer(HERE)


def test_a_repository_that_was_copied_or_brought_back_is_still_ones_own(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BEAT_S", 0.0)
    server = make("server")
    server.repositories.ensure_writer(HERE)
    place = tmp_path / "disk" / "shop.production" / "objects" / writer.NAME
    earlier = place.read_bytes()
    server.asks_at_once()
    server.repositories.ensure_writer(HERE)
    assert place.read_bytes() != earlier
    place.write_bytes(earlier)
    server.asks_at_once()
    server.repositories.ensure_writer(HERE)


def test_a_full_repository_keeps_nobody_from_making_room(make: Any) -> None:
    server = make("server")
    server.repository.put_object("x", b"1")
    found = server.repository.writing
    assert found is not None

    def full(_name: str, _content: bytes) -> None:
        raise Problem("repository-full", "no room.")

    found._told_at = found._checked_at = -1e9
    found.objects = cast(
        "Any", SimpleNamespace(get_object=found.objects.get_object, put_object=full)
    )
    server.repository.delete_objects(["x"])
    assert server.repository.objects() == ()


def test_the_one_condition_there_names_the_other_server_and_what_to_type(make: Any) -> None:
    """Loud, with its figure; what is late here is the other one's affair."""
    old, new = make("old"), make("new")
    old.repositories.ensure_writer(HERE)
    new.repositories.take_over(HERE)
    old.refused()
    app = SimpleNamespace(
        backup=BackupSettings(scheduled=True), stateful=(), services=(), of_role=lambda _role: ()
    )
    ground = SimpleNamespace(
        writers=old.repositories,
        folder=old.home,
        application=lambda _environment: app,
        runs=SimpleNamespace(recent=lambda *_args, **_more: ()),
        records=SimpleNamespace(backups=lambda _one: (), drills=lambda _one: ()),
        clock=SimpleNamespace(now=lambda: 1e10),
    )
    (told,) = environment_conditions(cast("Any", ground), HERE)
    assert (told.id, told.unit) == ("repository-other-server", "s")
    assert told.figure is not None
    assert told.figure > 0
    assert told.hint == "shipway backup adopt production"
    assert str(new.home.parent) in told.says.en
