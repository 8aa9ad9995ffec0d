"""The ports of what holds backups: repositories, and the application's own buckets.

A repository holds what survives the server.  It belongs to one environment; names and tags
in it need no environment of their own.  Everything in it is encrypted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from shipway.model.names import EnvironmentId
from shipway.ports import Cancelled, Output

OTHER_SERVER = "repository-other-server"
"""The kind of the Problem, and of the condition, where another server is the writer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A tree in a repository.  at: seconds since the epoch; bytes, files: unpacked.

    added_bytes: what it added to the repository; None where only the putter knew.
    """

    id: str
    at: float
    bytes: int
    tags: Mapping[str, str] = field(default_factory=dict)
    files: int = 0
    added_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """A small file in a repository; bytes: as it is stored there, about its own size."""

    name: str
    bytes: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryStats:
    """What a repository takes.  free_bytes: None where nobody can say (a bucket)."""

    stored_bytes: int
    snapshots: int
    free_bytes: int | None = None


class Snapshots(Protocol):
    """Trees: deduplicated, whole or not there at all."""

    def put(
        self,
        tree: Path,
        *,
        tags: Mapping[str, str],
        exclude: Sequence[str] = (),
        output: Output = lambda _line: None,
        cancelled: Cancelled = lambda: False,
    ) -> Snapshot:
        """Keep the directory's content (not its path) with tags; return when it is stored.

        exclude: paths below it that are left out.  Modes are kept; owners where the
        repository can, and are given back where root restores.  A put that is killed leaves
        no snapshot.
        Raises Problem `repository-unreachable`, `repository-refused`, `repository-full`,
        `repository-locked`, `cancelled`.
        """
        ...

    def snapshots(self, tags: Mapping[str, str] | None = None) -> tuple[Snapshot, ...]:
        """Return those that carry all these tags, newest first."""
        ...

    def restore(self, snapshot: str, target: Path, *, cancelled: Cancelled = lambda: False) -> None:
        """Write the snapshot's content into `target`, an empty directory or none yet.

        Raises Problem `no-snapshot`, `repository-damaged`, and those of `put`.
        """
        ...

    def forget(self, snapshots: Sequence[str]) -> int:
        """Ensure that these are gone, and what only they held; return the bytes freed."""
        ...


class Objects(Protocol):
    """Small files by name (`wal/EPOCH/SEGMENT`), each replaced whole."""

    def put_object(self, name: str, content: bytes) -> None:
        """Ensure that the object has this content; it is durable when this returns.

        Raises Problem as `put`.
        """
        ...

    def get_object(self, name: str) -> bytes:
        """Return the content.  Raises Problem `no-object`, `repository-damaged`."""
        ...

    def objects(self, prefix: str = "") -> tuple[StoredObject, ...]:
        """Return the objects whose names begin so, by name."""
        ...

    def delete_objects(self, names: Sequence[str]) -> None:
        """Ensure that these are gone."""
        ...


class Repository(Snapshots, Objects, Protocol):
    """Both, in one place with one key."""

    @property
    def where(self) -> str:
        """Return where it is, as a person would say it; never with a credential."""
        ...

    def check(self, *, read_data: bool = False, percent: int = 100) -> None:
        """Read the repository through; with `read_data`, so much of its data too.

        Raises Problem `repository-damaged`.
        """
        ...

    def stats(self) -> RepositoryStats:
        """Return what it takes."""
        ...


class Repositories(Protocol):
    """Finds an environment's repository."""

    def of(self, environment: EnvironmentId) -> Repository | None:
        """Return it, made ready; None where backups are off for this environment.

        Raises Problem `repository-unreachable`, `repository-refused`, `vault-locked`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes into a repository.  since, at: when it began, and when it was heard of last.

    mark: made anew each time, so that a copy of the same machine is told from it.
    """

    mark: str
    host: str
    home: str
    since: float
    at: float

    @property
    def name(self) -> str:
        """Return what a person calls it."""
        return f"{self.host} ({self.home})"


class Writers(Protocol):
    """Knows which server writes into an environment's repository: one only."""

    def ensure_writer(self, environment: EnvironmentId) -> None:
        """Return where this server is the one; it becomes it where nobody is.  Asks seldom.

        Raises Problem `repository-other-server`, and those of a repository.
        """
        ...

    def other_writer(self, environment: EnvironmentId) -> Writer | None:
        """Return who is it instead of this server, as was seen last; asks nothing."""
        ...

    def take_over(self, environment: EnvironmentId) -> Writer | None:
        """Ensure that this server is the one, by a person's word; return who was it instead."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketObject:
    """An object in one of the application's buckets; etag: changes when its content does."""

    key: str
    etag: str
    bytes: int


class Bucket(Protocol):
    """A bucket of the application's, in any S3-compatible store."""

    def listed(self) -> Iterator[BucketObject]:
        """Yield its objects by key.  Raises Problem as a repository does."""
        ...

    def read(self, key: str) -> Iterator[bytes]:
        """Yield an object's content in pieces of some megabytes.  Raises Problem `no-object`."""
        ...

    def write(self, key: str, content: Iterator[bytes]) -> None:
        """Ensure that the object has this content."""
        ...
