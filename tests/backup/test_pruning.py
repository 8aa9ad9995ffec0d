"""A database's bases and WAL have their time, in the repository itself (D13, R119)."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.backup.postgres.catalogue import Catalogue
from shipway.backup.postgres.epoch import Epoch
from shipway.backup.postgres.fetch import look
from shipway.backup.postgres.pruning import (
    Held,
    bases_past_their_time,
    floor_of,
    is_needed,
    prune,
)
from shipway.backup.postgres.restores import DatabaseRestores
from shipway.backup.postgres.segments import parse_position, segment_at, segment_name
from shipway.errors import Problem
from shipway.model.backup import RestoreTarget
from shipway.model.backup_settings import DAY_S, BackupSettings
from tests.backup.test_earlier import HERE, database
from tests.support.directory_repository import DirectoryRepository

SIZE = 1024 * 1024
NOW = 1_000 * DAY_S
KEEP = {"now": NOW, "keep_s": 30 * DAY_S, "wal_keep_s": 7 * DAY_S}


def daily(count: int, *, segments: int = 10) -> list[Held]:
    """Return a base a day, the newest of just now, and ten segments of WAL between two."""
    return [
        Held(
            id=f"{day:08d}",
            epoch="e1",
            ended_at=NOW - (count - 1 - day) * DAY_S,
            first=day * segments,
            last=day * segments + 2,
        )
        for day in range(count)
    ]


def test_bases_stay_thirty_days_and_their_wal_seven() -> None:
    bases = daily(60)
    gone = bases_past_their_time(bases, **KEEP)
    assert [base.id for base in gone] == [f"{day:08d}" for day in range(29)]
    kept = [base for base in bases if base not in gone]
    floor = floor_of(kept, now=NOW, wal_keep_s=7 * DAY_S)
    assert floor == 520, "from the base of a week ago on, all of it"
    assert is_needed(300, kept, floor), "an older base has what brings it up"
    assert not is_needed(305, kept, floor), "and no more"
    assert not is_needed(280, kept, floor), "a base that has gone needs nothing"


def test_the_newest_base_and_the_one_before_the_window_stay_however_old_they_are() -> None:
    old = [Held(id="a", epoch="e1", ended_at=NOW - 90 * DAY_S, first=1, last=3)]
    assert bases_past_their_time(old, **KEEP) == ()
    assert floor_of(old, now=NOW, wal_keep_s=7 * DAY_S) == 1
    new = [*old, Held(id="b", epoch="e2", ended_at=NOW - DAY_S, first=1, last=3)]
    assert bases_past_their_time(new, **KEEP) == (), "moments of three days ago begin with it"


@given(
    st.lists(st.tuples(st.floats(0.0, 90.0), st.integers(1, 9)), min_size=1, max_size=40),
    st.floats(0.1, 40.0),
    st.floats(0.1, 20.0),
)
def test_whatever_was_made_every_moment_of_the_window_can_be_reached(
    made: list[tuple[float, int]], keep_days: float, wal_days: float
) -> None:
    ages = sorted((age for age, _step in made), reverse=True)
    first, bases = 0, []
    for index, (age, (_age, step)) in enumerate(zip(ages, made, strict=True)):
        ended = NOW - age * DAY_S
        bases.append(Held(id=str(index), epoch="e", ended_at=ended, first=first, last=first + 2))
        first += step
    keep_s, wal_keep_s = keep_days * DAY_S, wal_days * DAY_S
    gone = bases_past_their_time(bases, now=NOW, keep_s=keep_s, wal_keep_s=wal_keep_s)
    kept = [base for base in bases if base not in gone]
    floor = floor_of(kept, now=NOW, wal_keep_s=wal_keep_s)
    for moment in (NOW - wal_keep_s, NOW - wal_keep_s / 2, NOW):
        before = [base for base in bases if base.ended_at <= moment]
        if before:
            best = max((base for base in kept if base.ended_at <= moment), key=lambda b: b.ended_at)
            assert best.ended_at == max(base.ended_at for base in before)
            assert all(is_needed(number, kept, floor) for number in range(best.first, first + 9))
    for base in kept:
        assert all(is_needed(number, kept, floor) for number in range(base.first, base.last + 1))


EPOCH = Epoch(
    name="e1", service="db", system="7", timeline=1, began_at=1.0, segment_bytes=SIZE, version=15
)


def position(number: int) -> str:
    return f"0/{number * SIZE + 40:X}"


def segments_of(repository: DirectoryRepository) -> set[str]:
    return {item.name.rpartition("/")[2] for item in repository.objects("pg/db/wal/e1/")}


def saved(repository: DirectoryRepository, tree: Path, day: int) -> str:
    """Keep a base of that day, with its WAL and the point at which its rows were counted."""
    name, first = f"counted-{day}", day * 4 + 1
    ended = NOW - (50 - day) * DAY_S
    snapshot = repository.put(
        tree,
        tags={
            "kind": "base",
            "subject": "db",
            "epoch": "e1",
            "start": position(first),
            "end": position(first + 1),
            "began": str(ended - 60),
            "ended": str(ended),
            "point": name,
        },
    )
    point = {"name": name, "at": ended, "epoch": "e1", "position": position(first + 1)}
    repository.put_object(f"pg/db/point/{name}", json.dumps(point).encode())
    counted = {"point": name, "position": position(first + 1), "bounds": {}}
    repository.put_object(f"pg/db/base/{snapshot.id[:8]}", json.dumps(counted).encode())
    for number in range(first, first + 4):
        repository.put_object(f"pg/db/wal/e1/{segment_name(1, number, SIZE)}", b"x")
    return snapshot.id


def test_pruning_frees_the_repository_and_what_is_left_can_be_restored(tmp_path: Path) -> None:
    repository = DirectoryRepository(tmp_path / "repository")
    repository.put_object("pg/db/epoch/e1", json.dumps(asdict(EPOCH)).encode())
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "file").write_text("of a cluster")
    ids = {day: saved(repository, tree, day) for day in range(51)}
    catalogue = Catalogue(repository=repository, database=database(1))
    assert len(segments_of(repository)) == 204

    gone = prune(catalogue, BackupSettings(), NOW).bases
    assert set(gone) == {ids[day] for day in range(20)}
    left = {base.id for base in catalogue.bases()}
    assert left == {ids[day] for day in range(20, 51)}
    # the last week and a day whole, and three segments of each older base
    assert len(segments_of(repository)) == 8 * 4 + 23 * 3
    assert prune(catalogue, BackupSettings(), NOW).bases == (), "again: nothing"
    names = {item.name for item in repository.objects("pg/db/point/")}
    assert "pg/db/point/counted-3" not in names
    assert "pg/db/point/counted-30" in names

    within = catalogue.choose(RestoreTarget(at=NOW - 6.5 * DAY_S), NOW)
    assert look(repository, EPOCH, parse_position(within.backup.facts["start"])).whole
    with pytest.raises(Problem) as caught:
        catalogue.choose(RestoreTarget(at=NOW - 20 * DAY_S + 3600), NOW)
    assert caught.value.kind == "not-covered"
    assert "--point counted-30" in caught.value.hints[0]
    older = catalogue.choose(RestoreTarget(point="counted-30"), NOW)
    assert older.backup.id == ids[30]
    assert older.point is not None
    wal = look(
        repository,
        EPOCH,
        parse_position(older.backup.facts["start"]),
        position=parse_position(older.point.position),
    )
    assert len(wal.whole) == 3


def test_what_went_from_the_repository_is_forgotten_here_too(tmp_path: Path) -> None:
    repository = DirectoryRepository(tmp_path / "repository")
    repository.put_object("pg/db/epoch/e1", json.dumps(asdict(EPOCH)).encode())
    (tmp_path / "tree").mkdir()
    made = [saved(repository, tmp_path / "tree", day) for day in range(18, 51)]
    forgotten: list[str] = []
    known = [SimpleNamespace(id=f"{one}{'0' * 56}") for one in reversed(made)]
    restores = DatabaseRestores(
        databases=cast(
            "Any",
            SimpleNamespace(of=lambda _e: (database(1),), settings=lambda _e: BackupSettings()),
        ),
        streams=cast("Any", SimpleNamespace(repository=lambda _environment: repository)),
        records=cast(
            "Any",
            SimpleNamespace(
                backups=lambda *_given, **_more: known,
                forget=lambda _environment, ids: forgotten.extend(ids),
            ),
        ),
        places=cast("Any", None),
        clock=lambda: NOW,
    )
    restores.prune(HERE, "db")
    assert forgotten == [f"{one}{'0' * 56}" for one in (made[1], made[0])]
    assert {item.id for item in repository.snapshots()} == set(made[2:])


def test_an_ended_stretch_without_a_base_goes_and_the_newest_one_never(tmp_path: Path) -> None:
    repository = DirectoryRepository(tmp_path / "repository")
    catalogue = Catalogue(repository=repository, database=database(1))
    for number, name in enumerate(("e1", "e2"), start=1):
        epoch = replace(EPOCH, name=name, began_at=float(number))
        repository.put_object(f"pg/db/epoch/{name}", json.dumps(asdict(epoch)).encode())
        repository.put_object(f"pg/db/wal/{name}/{segment_name(1, 1, SIZE)}", b"x")
    written = repository.objects("pg/db/wal/")[0].at
    prune(catalogue, BackupSettings(), written + 6 * DAY_S)
    assert len(repository.objects("pg/db/wal/")) == 2, "its moments are still in the window"
    prune(catalogue, BackupSettings(), written + 8 * DAY_S)
    assert [epoch.name for epoch in catalogue.epochs()] == ["e2"]
    assert [item.name for item in repository.objects("pg/db/wal/e1/")] == []
    assert len(repository.objects("pg/db/wal/e2/")) == 1


def test_an_old_restore_point_is_found_among_many_whose_names_begin_like_its_own(
    tmp_path: Path,
) -> None:
    repository = DirectoryRepository(tmp_path / "repository")
    for number in (1, *range(10, 80)):
        name = f"before-r9.{number}"
        told = {"name": name, "at": float(number), "epoch": "e", "position": "0/1"}
        repository.put_object(f"pg/db/point/{name}", json.dumps(told).encode())
        os.utime(repository.root / "objects" / f"pg/db/point/{name}", (number, number))
    catalogue = Catalogue(repository=repository, database=database(1))
    assert [point.name for point in catalogue.points("before-r9.1")] == ["before-r9.1"]
    assert catalogue.points()[0].name == "before-r9.79"


def rollout_point(repository: DirectoryRepository, number: int, day: int) -> str:
    """Set a restore point in the last segment of that day."""
    name = f"before-r{number}.{number}"
    told = {
        "name": name,
        "at": NOW - (50 - day) * DAY_S + 3600,
        "epoch": "e1",
        "position": position(day * 4 + 4),
    }
    repository.put_object(f"pg/db/point/{name}", json.dumps(told).encode())
    return name


def test_a_restore_point_stays_while_its_release_is_kept_and_else_as_long_as_the_log(
    tmp_path: Path,
) -> None:
    """D13: what nothing leads to any more is not promised, and its name goes too."""
    repository = DirectoryRepository(tmp_path / "repository")
    repository.put_object("pg/db/epoch/e1", json.dumps(asdict(EPOCH)).encode())
    (tmp_path / "tree").mkdir()
    for day in range(51):
        saved(repository, tmp_path / "tree", day)
    catalogue = Catalogue(repository=repository, database=database(1))
    days = (10, 20, 30, 35, 48)
    ancient, oldest, kept, given_up, recent = (
        rollout_point(repository, number, day) for number, day in enumerate(days, start=1)
    )
    needed = {ancient, oldest, kept}
    gone = prune(catalogue, BackupSettings(), NOW, needed)
    assert set(gone.points) == {ancient, given_up}, "the first is older than any full backup"
    assert [point.name for point in catalogue.every_point()] == [recent, kept, oldest]
    for name in (oldest, kept, recent):
        choice = catalogue.choose(RestoreTarget(point=name), NOW)
        assert choice.point is not None
        wal = look(
            repository,
            EPOCH,
            parse_position(choice.backup.facts["start"]),
            position=parse_position(choice.point.position),
        )
        assert segment_at(parse_position(choice.point.position), SIZE) in wal.whole
    assert prune(catalogue, BackupSettings(), NOW, needed).points == ()

    assert set(prune(catalogue, BackupSettings(), NOW).points) == {oldest, kept}
    with pytest.raises(Problem) as caught:
        catalogue.choose(RestoreTarget(point=kept), NOW)
    assert caught.value.kind == "no-restore-point"
