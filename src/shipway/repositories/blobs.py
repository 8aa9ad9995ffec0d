"""Small files at a place, by name, each replaced whole and durable: a disk or a bucket.

What is in them is not this module's affair.  Names have letters, digits, `._-/=+@` only.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from shipway.errors import Problem
from shipway.files import replace_file
from shipway.ports_repository import StoredObject
from shipway.repositories.failures import failure
from shipway.repositories.places import BucketPlace, DirectoryPlace, Place

NAME = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9._=+@-]+(?:/[A-Za-z0-9._=+@-]+)*")
RESERVE_BYTES = 512 * 1024**2
RESERVE_SHARE = 0.02


class Blobs(Protocol):
    """Files by name."""

    def put(self, name: str, content: bytes) -> None:
        """Ensure that the file has this content, on disk when this returns."""
        ...

    def get(self, name: str) -> bytes:
        """Return the content.  Raises Problem `no-object`."""
        ...

    def listed(self, prefix: str = "") -> Iterator[StoredObject]:
        """Yield the files whose names begin so, by name."""
        ...

    def delete(self, names: Sequence[str]) -> None:
        """Ensure that these are gone."""
        ...

    def free_bytes(self) -> int | None:
        """Return the room that is left, None where nobody can say."""
        ...


def blobs_at(place: Place) -> Blobs:
    """Return the files at a place."""
    if isinstance(place, DirectoryPlace):
        return DirectoryBlobs(place)
    return _bucket_blobs(place)


def _bucket_blobs(place: BucketPlace) -> Blobs:
    from shipway.repositories.bucket import BucketBlobs  # boto3 costs memory: only where used

    return BucketBlobs(place)


def checked_name(name: str) -> str:
    """Return the name, or raise ValueError for one that could leave its folder."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of an object")
    return name


def no_object(where: str, name: str) -> Problem:
    """Return the Problem for a name that is not there."""
    return Problem("no-object", f"the repository {where} has no {name}.")


def reserve_bytes(path: Path) -> int:
    """Return what is left free for the applications on the disk of a directory."""
    total = shutil.disk_usage(_existing(path)).total
    return min(RESERVE_BYTES, int(total * RESERVE_SHARE))


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


class DirectoryBlobs:
    """Files below a directory: written beside, synced, renamed."""

    def __init__(self, place: DirectoryPlace) -> None:
        self._root = place.path
        self._where = place.where

    def put(self, name: str, content: bytes) -> None:
        """Ensure that the file has this content; a nearly full disk is left to others."""
        path = self._root / checked_name(name)
        try:
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            room = shutil.disk_usage(path.parent).free - reserve_bytes(path.parent)
            if room < len(content):
                raise failure(self._where, "no space left", kind="repository-full")
            replace_file(path, content, mode=0o600)
        except OSError as error:
            raise failure(self._where, str(error)) from error

    def get(self, name: str) -> bytes:
        """Return the content."""
        try:
            return (self._root / checked_name(name)).read_bytes()
        except FileNotFoundError as error:
            raise no_object(self._where, name) from error
        except OSError as error:
            raise failure(self._where, str(error)) from error

    def listed(self, prefix: str = "") -> Iterator[StoredObject]:
        """Yield the files whose names begin so; half-written ones are not among them."""
        folder = self._root / prefix.rpartition("/")[0]
        found = []
        for here, _folders, files in os.walk(folder):
            for file in files:
                path = Path(here) / file
                name = str(path.relative_to(self._root))
                if name.startswith(prefix) and not file.startswith("."):
                    found.append((name, path))
        for name, path in sorted(found):
            try:
                stat = path.stat()
            except FileNotFoundError:  # deleted meanwhile
                continue
            yield StoredObject(name=name, bytes=stat.st_size, at=stat.st_mtime)

    def delete(self, names: Sequence[str]) -> None:
        """Ensure that these are gone."""
        for name in names:
            try:
                (self._root / checked_name(name)).unlink(missing_ok=True)
            except OSError as error:
                raise failure(self._where, str(error)) from error

    def free_bytes(self) -> int | None:
        """Return the room on the disk."""
        return shutil.disk_usage(_existing(self._root)).free
