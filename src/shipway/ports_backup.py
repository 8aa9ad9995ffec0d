"""The ports of backup: repositories, records, and what others ask of backup.

A repository holds what survives the server.  It belongs to one environment; names and tags
in it need no environment of their own.  Everything in it is encrypted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind, Drill, RestorePoint, RestoreTarget
from shipway.model.backup_run import BackupRun, Part, RunKind, RunState
from shipway.model.names import EnvironmentId
from shipway.ports import Cancelled, Output


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


class BackupRecords(Protocol):
    """What Shipway's own memory knows; the repository is the truth, this is the fast view."""

    def add(self, backup: Backup) -> None:
        """Record a backup that is in the repository; again: nothing happens."""
        ...

    def backups(
        self,
        environment: EnvironmentId,
        *,
        kind: BackupKind | None = None,
        subject: str | None = None,
    ) -> tuple[Backup, ...]:
        """Return them, newest first."""
        ...

    def forget(self, environment: EnvironmentId, ids: Sequence[str]) -> None:
        """Ensure that these backups are recorded no more; drills stay."""
        ...

    def add_point(self, point: RestorePoint) -> None:
        """Record a restore point; one of the same name moves."""
        ...

    def points(self, environment: EnvironmentId) -> tuple[RestorePoint, ...]:
        """Return the restore points, newest first."""
        ...

    def add_drill(self, drill: Drill) -> None:
        """Record a drill."""
        ...

    def drills(self, environment: EnvironmentId) -> tuple[Drill, ...]:
        """Return the drills, newest first."""
        ...


class Generations(Protocol):
    """Which generation of its data a stateful service mounts: a restore makes the next one."""

    def generation(self, environment: EnvironmentId, service: str) -> int:
        """Return it; 1 where nothing was restored."""
        ...

    def set_generation(self, environment: EnvironmentId, service: str, generation: int) -> None:
        """Ensure that the service mounts this generation from its next start on."""
        ...


class BackupRuns(Protocol):
    """What was done to make and to verify backups, and how it ended."""

    def begin(self, environment: EnvironmentId, kind: RunKind, who: str) -> BackupRun:
        """Begin a run.  Raises Problem `backup-runs` where one runs in the environment."""
        ...

    def add_part(self, run: int, part: Part) -> None:
        """Record what became of a source."""
        ...

    def end(self, run: int, state: RunState, problem: Problem | None = None) -> BackupRun:
        """End a run that is running; one that has ended stays as it is."""
        ...

    def interrupt_all(self) -> int:
        """Mark what an earlier daemon left running as interrupted; return how many."""
        ...

    def get(self, run: int) -> BackupRun:
        """Return a run.  Raises Problem `no-backup-run`."""
        ...

    def recent(
        self,
        environment: EnvironmentId | None = None,
        *,
        kind: RunKind | None = None,
        limit: int = 50,
    ) -> tuple[BackupRun, ...]:
        """Return the latest runs, newest first."""
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


class DataFolders(Protocol):
    """Where this machine sees the data of an environment; beside Engine."""

    def volume_folder(
        self, environment: EnvironmentId, volume: str, declared: Mapping[str, Any]
    ) -> Path:
        """Return the directory of a named volume, as Compose declares it.

        Raises Problem `volume-missing` where there is none yet, `volume-unreadable` where
        this process may not look into it.
        """
        ...

    def copy_volume(
        self,
        environment: EnvironmentId,
        volume: str,
        declared: Mapping[str, Any],
        target: Path,
    ) -> None:
        """Write what a named volume holds into `target`, which is empty; owners are not kept.

        The way round where `volume_folder` may not look in.  Raises Problem `volume-missing`,
        `volume-unreadable`.
        """
        ...


class RestorePoints(Protocol):
    """What a rollout asks before it migrates."""

    def set(self, environment: EnvironmentId, name: str) -> tuple[RestorePoint, ...]:
        """Name this moment in each of the environment's databases; return what was named.

        Nothing where backups are off.  Never raises: what did not work is logged and becomes
        a condition, because a rollout must not fail for it.
        """
        ...


class Restores(Protocol):
    """What a restore's steps ask of backup; the swap itself is the rollout's."""

    def prepare(
        self, wanted: RestoreWanted, *, output: Output, cancelled: Cancelled
    ) -> Mapping[str, Any]:
        """Ensure that the wanted generation holds the data of the target, recovered and checked.

        Returns what was reached, as JSON values.  Safe to repeat after a crash: it begins
        anew.  Nothing live is touched.  Raises Problem `no-backup`, `not-covered`,
        `wal-missing`, `restore-failed`, and those of a repository.
        """
        ...

    def discard(self, wanted: RestoreWanted) -> None:
        """Ensure that nothing is left of what `prepare` made or began."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreWanted:
    """One database to bring back.

    generation: the name or number of the data's new generation.
    keep: leave the instance beside running, to look at.
    """

    environment: EnvironmentId
    service: str
    target: RestoreTarget
    generation: int | str
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlan:
    """What a restore will do, before it does it.

    reached_at: the moment that will be reached, as exactly as it is known.
    lost_s: how much of the time up to now is lost, in seconds.
    last_took_s: how long the last restore or drill took; None where there was none.
    """

    environment: EnvironmentId
    service: str
    target: RestoreTarget
    backup: Backup
    reached_at: float
    lost_s: float
    bytes: int
    last_took_s: float | None = None
    notes: tuple[str, ...] = ()
