"""What every repository must do; runs over each of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import Problem
from shipway.ports_repository import Repository


def tree(folder: Path, **files: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_restored_tree_is_the_tree_that_was_put(repository: Repository, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", one=b"1" * 70_000, two=b"")
    tree(source / "below" / "deep", three=b"\0\xff")
    (source / "one").chmod(0o600)
    (source / "empty").mkdir(mode=0o700)
    (source / "link").symlink_to("one")
    snapshot = repository.put(source, tags={"kind": "base", "subject": "postgres"})
    target = tmp_path / "target"
    repository.restore(snapshot.id, target)
    assert (target / "one").read_bytes() == b"1" * 70_000
    assert (target / "two").read_bytes() == b""
    assert (target / "below/deep/three").read_bytes() == b"\0\xff"
    assert (target / "one").stat().st_mode & 0o777 == 0o600
    assert (target / "empty").is_dir()
    assert (target / "link").readlink() == Path("one")
    assert snapshot.bytes >= 70_002


def test_what_is_excluded_is_left_out_and_nothing_else(
    repository: Repository, tmp_path: Path
) -> None:
    source = tree(tmp_path / "source", **{"we[ird]*.db": b"1", "weird.db": b"2", "db": b"3"})
    tree(source / "below", db=b"4")
    tree(source / "cache", big=b"5")
    snapshot = repository.put(source, tags={}, exclude=["we[ird]*.db", "cache", "db"])
    target = tmp_path / "target"
    repository.restore(snapshot.id, target)
    kept = sorted(str(path.relative_to(target)) for path in target.rglob("*"))
    assert kept == ["below", "below/db", "weird.db"]


def test_an_empty_tree_comes_back_empty(repository: Repository, tmp_path: Path) -> None:
    source = tree(tmp_path / "source")
    snapshot = repository.put(source, tags={})
    repository.restore(snapshot.id, tmp_path / "target")
    assert list((tmp_path / "target").iterdir()) == []


def test_snapshots_are_found_by_all_their_tags_newest_first(
    repository: Repository, tmp_path: Path
) -> None:
    source = tree(tmp_path / "source", one=b"1")
    older = repository.put(source, tags={"kind": "base", "subject": "a"})
    newer = repository.put(source, tags={"kind": "base", "subject": "a"})
    other = repository.put(source, tags={"kind": "dump", "subject": "a"})
    found = repository.snapshots({"kind": "base", "subject": "a"})
    assert [snapshot.id for snapshot in found] == [newer.id, older.id]
    assert found[0].tags == {"kind": "base", "subject": "a"}
    assert {snapshot.id for snapshot in repository.snapshots()} == {older.id, newer.id, other.id}
    assert repository.snapshots({"kind": "redis"}) == ()


def test_a_tag_may_hold_what_people_write(repository: Repository, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", one=b"1")
    tags = {"subject": "data, all=of it", "note": "한국어"}
    repository.put(source, tags=tags)
    assert repository.snapshots(tags)[0].tags == tags


def test_a_forgotten_snapshot_is_gone_and_the_others_stay(
    repository: Repository, tmp_path: Path
) -> None:
    one = repository.put(tree(tmp_path / "one", a=b"a"), tags={})
    two = repository.put(tree(tmp_path / "two", b=b"b"), tags={})
    repository.forget([one.id])
    repository.forget([one.id])
    assert [snapshot.id for snapshot in repository.snapshots()] == [two.id]
    with pytest.raises(Problem) as caught:
        repository.restore(one.id, tmp_path / "target")
    assert caught.value.kind == "no-snapshot"
    repository.restore(two.id, tmp_path / "again")
    assert (tmp_path / "again/b").read_bytes() == b"b"


def test_a_cancelled_put_leaves_no_snapshot(repository: Repository, tmp_path: Path) -> None:
    source = tree(tmp_path / "source", one=b"1")
    with pytest.raises(Problem) as caught:
        repository.put(source, tags={}, cancelled=lambda: True)
    assert caught.value.kind == "cancelled"
    assert repository.snapshots() == ()


def test_an_object_is_replaced_whole(repository: Repository) -> None:
    repository.put_object("wal/e1/0001.partial", b"first")
    repository.put_object("wal/e1/0001.partial", b"second, longer")
    assert repository.get_object("wal/e1/0001.partial") == b"second, longer"
    repository.put_object("wal/e1/empty", b"")
    assert repository.get_object("wal/e1/empty") == b""


def test_objects_are_listed_by_the_beginning_of_their_names(repository: Repository) -> None:
    for name in ("wal/e1/b", "wal/e1/a", "wal/e2/a", "walnut"):
        repository.put_object(name, name.encode())
    assert [item.name for item in repository.objects("wal/e1/")] == ["wal/e1/a", "wal/e1/b"]
    assert [item.name for item in repository.objects("wal")] == [
        "wal/e1/a",
        "wal/e1/b",
        "wal/e2/a",
        "walnut",
    ]
    assert repository.objects("none") == ()
    assert all(item.bytes > 0 and item.at > 0 for item in repository.objects())


def test_deleted_objects_are_gone_and_deleting_again_is_no_error(repository: Repository) -> None:
    repository.put_object("a/b", b"1")
    repository.put_object("a/c", b"2")
    repository.delete_objects(["a/b", "a/never"])
    repository.delete_objects(["a/b"])
    assert [item.name for item in repository.objects()] == ["a/c"]
    with pytest.raises(Problem) as caught:
        repository.get_object("a/b")
    assert caught.value.kind == "no-object"


def test_objects_and_snapshots_do_not_meet(repository: Repository, tmp_path: Path) -> None:
    repository.put_object("wal/x", b"1")
    snapshot = repository.put(tree(tmp_path / "source", one=b"1"), tags={"kind": "base"})
    assert [item.name for item in repository.objects()] == ["wal/x"]
    assert [found.id for found in repository.snapshots()] == [snapshot.id]
    repository.check(read_data=True)
    stats = repository.stats()
    assert stats.snapshots == 1
    assert stats.stored_bytes > 0
