"""Buckets of the application: copied once, brought back, forgotten (R120)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from shipway.backup.archive import _name
from shipway.backup.buckets import drop_bucket_backups, objects_of, take_bucket, write_back
from shipway.backup.ground import Taking
from shipway.backup.sources import Source
from shipway.errors import Problem
from shipway.model.backup import BackupKind
from shipway.model.backup_settings import MirroredBucket, S3Location
from shipway.model.names import EnvironmentId
from shipway.ports_repository import Repository
from shipway.repositories.blobs import checked_name
from shipway.repositories.bucket import PlainBucket
from shipway.repositories.places import BucketPlace
from tests.support.clocks import HandClock
from tests.support.directory_repository import DirectoryRepository
from tests.support.running import eventually
from tests.support.s3 import KEY, SECRET, S3Server

SOURCE = Source(
    kind=BackupKind.BUCKET,
    subject="media",
    bucket=MirroredBucket(name="media", location=S3Location(bucket="media")),
)


class _Ground:
    """What taking a bucket asks of the ground."""

    def __init__(self, bucket: PlainBucket) -> None:
        self.clock = HandClock(1000.0, tick=1)
        self._bucket = bucket

    def bucket(self, _wanted: MirroredBucket, _environment: EnvironmentId) -> PlainBucket:
        return self._bucket


@pytest.fixture
def media(s3: S3Server) -> Iterator[PlainBucket]:
    """Yield a bucket with three objects, one of which is larger than a piece."""
    folder = s3.folder / "media"
    (folder / "avatars").mkdir(parents=True)
    (folder / "avatars" / "kim.png").write_bytes(b"kim" * 1000)
    (folder / "avatars" / "lee.png").write_bytes(b"lee" * 1000)
    (folder / "film.mp4").write_bytes(os.urandom(9 * 1024**2))
    place = BucketPlace(
        endpoint=s3.endpoint, bucket="media", prefix="", region="us-east-1", key=KEY, secret=SECRET
    )
    yield PlainBucket(place)
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


def taking(bucket: PlainBucket, repository: Repository) -> Taking:
    return Taking(
        ground=cast("Any", _Ground(bucket)),
        environment=EnvironmentId("shop", "production"),
        app=cast("Any", None),
        repository=repository,
        output=lambda _line: None,
        cancelled=lambda: False,
    )


def test_a_second_backup_moves_only_what_is_new_and_the_first_one_stays(
    media: PlainBucket, s3: S3Server, tmp_path: Path
) -> None:
    repository = DirectoryRepository(tmp_path / "repository")
    work = taking(media, repository)
    first = take_bucket(work, SOURCE)
    assert checked_name(_name(first)), "the repository's own list holds it too"
    assert first.counts == {"files": 3}
    assert first.facts["added_bytes"] == str(first.bytes)
    film = (s3.folder / "media" / "film.mp4").read_bytes()
    media.write("avatars/kim.png", iter([b"new"]))
    (s3.folder / "media" / "avatars" / "lee.png").unlink()

    def changed() -> list[str]:
        return [item.key for item in media.listed()]

    eventually("the store has noticed", lambda: "avatars/lee.png" not in changed())
    second = take_bucket(work, SOURCE)
    assert second.facts["added_bytes"] == "3"
    then = {key: b"".join(pieces) for key, pieces in objects_of(repository, first)}
    assert then["film.mp4"] == film
    assert then["avatars/kim.png"] == b"kim" * 1000
    assert set(then) == {"avatars/kim.png", "avatars/lee.png", "film.mp4"}

    drop_bucket_backups(repository, [first])
    now = {key: b"".join(pieces) for key, pieces in objects_of(repository, second)}
    assert now == {"avatars/kim.png": b"new", "film.mp4": film}
    copies = [item for item in repository.objects("bucket/media/data/") if "end" in item.name]
    assert len(copies) == 2


def noticed(bucket: PlainBucket, key: str, size: int) -> None:
    """Wait until the store's listing, which this one keeps for a second, tells of a change."""

    def told() -> bool:
        return {item.key: item.bytes for item in bucket.listed()}.get(key) == size

    eventually("the store has noticed", told)


def test_writing_back_ends_what_was_cut_off_and_touches_nothing_that_is_right(
    media: PlainBucket, tmp_path: Path
) -> None:
    repository = DirectoryRepository(tmp_path / "repository")
    work = taking(media, repository)
    saved = take_bucket(work, SOURCE)
    assert write_back(media, repository, saved) == 0
    media.write("avatars/kim.png", iter([b"changed"]))
    media.write("avatars/new.png", iter([b"newer than the backup"]))
    noticed(media, "avatars/kim.png", 7)
    before = take_bucket(work, SOURCE, name="media.before-restore")
    assert before.subject == "media.before-restore"
    assert write_back(media, repository, saved) == 1, "only what differs"
    noticed(media, "avatars/kim.png", 3000)
    assert write_back(media, repository, saved) == 0, "again: nothing"
    assert b"".join(media.read("avatars/kim.png")) == b"kim" * 1000
    assert b"".join(media.read("avatars/new.png")) == b"newer than the backup"
    assert write_back(media, repository, before) == 1, "and the way back"
    assert b"".join(media.read("avatars/kim.png")) == b"changed"


def test_credentials_that_are_refused_make_no_backup(s3: S3Server, tmp_path: Path) -> None:
    (s3.folder / "media").mkdir(exist_ok=True)
    place = BucketPlace(
        endpoint=s3.endpoint, bucket="media", prefix="", region="us-east-1", key=KEY, secret="no"
    )
    repository = DirectoryRepository(tmp_path / "repository")
    with pytest.raises(Problem) as caught:
        take_bucket(taking(PlainBucket(place), repository), SOURCE)
    assert caught.value.kind == "repository-refused"
    assert repository.objects("bucket/") == ()
