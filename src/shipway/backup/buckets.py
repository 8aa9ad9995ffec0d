"""Buckets of the application: each version of an object is copied once, encrypted.

A backup of a bucket is a list of its keys with the copy that each one means; so earlier
states come back too, and a second backup moves only what is new.  Nothing lies on this
machine's disk in between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from shipway.backup.ground import Taking
from shipway.backup.sources import Source
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind
from shipway.ports_repository import Bucket, BucketObject, Repository

PIECE_BYTES = 8 * 1024**2
BEFORE = ".before-restore"
"""Ends the subject of what a bucket held when a restore wrote over it."""


def take_bucket(taking: Taking, source: Source, *, name: str = "") -> Backup:
    """Save a bucket.  Raises Problem of the store or of the repository.

    name: of the backup's subject, where it is not the bucket's own.
    """
    if source.bucket is None:
        raise Problem("no-source", f"{source.subject} is no bucket.")
    clock, repository = taking.ground.clock, taking.repository
    began = clock.now()
    bucket = taking.ground.bucket(source.bucket, taking.environment)
    folder = f"bucket/{source.subject}"
    known = {item.name for item in repository.objects(f"{folder}/data/")}
    listing: dict[str, Any] = {}
    size = added = 0
    for item in bucket.listed():
        if taking.cancelled():
            raise Problem("cancelled", f"the backup of {source.subject} was stopped.")
        copy = _copy_name(item)
        prefix = f"{folder}/data/{copy}"
        end = f"{prefix}.end"
        if end not in known:
            try:
                count = _copy(bucket, item.key, repository, prefix)
            except Problem as problem:
                if problem.kind == "no-object":  # deleted since it was listed
                    continue
                raise
            repository.put_object(end, str(count).encode())  # last: the copy is whole
            added += item.bytes
            taking.output(f"{item.key}: {item.bytes} bytes")
        listing[item.key] = {"copy": copy, "bytes": item.bytes}
        size += item.bytes
    listed = f"{folder}/list/{int(began * 1000):014d}"
    repository.put_object(listed, json.dumps(listing).encode())
    return Backup(
        id=listed.replace("/", ":"),
        environment=taking.environment,
        subject=name or source.subject,
        kind=BackupKind.BUCKET,
        began_at=began,
        ended_at=clock.now(),
        bytes=size,
        facts={"files": str(len(listing)), "added_bytes": str(added)},
        counts={"files": len(listing)},
    )


def objects_of(repository: Repository, backup: Backup) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield the keys of a bucket's backup with their content."""
    listing = _listing(repository, backup.id)
    folder = _folder(backup.id)
    for key, item in listing.items():
        yield key, _content(repository, f"{folder}/data/{item['copy']}")


def write_back(bucket: Bucket, repository: Repository, backup: Backup) -> int:
    """Ensure that a bucket holds every object of a backup; return how many were written.

    What is there already is left alone, and so is what the backup does not know.
    """
    listing, folder = _listing(repository, backup.id), _folder(backup.id)
    present = {item.key: _copy_name(item) for item in bucket.listed() if item.key in listing}
    missing = {key: item for key, item in listing.items() if present.get(key) != item["copy"]}
    for key, item in missing.items():
        bucket.write(key, _content(repository, f"{folder}/data/{item['copy']}"))
    return len(missing)


def _copy_name(item: BucketObject) -> str:
    """Return the name of the copy of this version of an object."""
    return hashlib.sha256(f"{item.key}\0{item.etag}\0{item.bytes}".encode()).hexdigest()[:40]


def drop_bucket_backups(repository: Repository, backups: Sequence[Backup]) -> None:
    """Remove backups of buckets, and the copies that no other backup means."""
    for folder in {_folder(backup.id) for backup in backups}:
        gone = {_list_name(backup.id) for backup in backups if _folder(backup.id) == folder}
        repository.delete_objects(sorted(gone))
        used: set[str] = set()
        for item in repository.objects(f"{folder}/list/"):
            listing = json.loads(repository.get_object(item.name))
            used |= {entry["copy"] for entry in listing.values()}
        unused = [
            item.name
            for item in repository.objects(f"{folder}/data/")
            if item.name.rpartition("/")[2].partition(".")[0] not in used
        ]
        repository.delete_objects(unused)


def _copy(bucket: Bucket, key: str, repository: Repository, prefix: str) -> int:
    count = 0
    for count, piece in enumerate(bucket.read(key), start=1):
        repository.put_object(f"{prefix}.{count:06d}", piece)
    return count


def _content(repository: Repository, prefix: str) -> Iterator[bytes]:
    count = int(repository.get_object(f"{prefix}.end"))
    for number in range(1, count + 1):
        yield repository.get_object(f"{prefix}.{number:06d}")


def _listing(repository: Repository, identifier: str) -> dict[str, Any]:
    listing: dict[str, Any] = json.loads(repository.get_object(_list_name(identifier)))
    return listing


def _list_name(identifier: str) -> str:
    return identifier.replace(":", "/")


def _folder(identifier: str) -> str:
    return _list_name(identifier).rpartition("/list/")[0]
