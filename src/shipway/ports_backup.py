"""The ports of backup: what Shipway itself remembers of it, and where the data lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind, Drill, RestorePoint
from shipway.model.backup_run import BackupRun, Part, RunKind, RunState
from shipway.model.names import EnvironmentId


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

    def forget_points(self, environment: EnvironmentId, service: str, names: Sequence[str]) -> None:
        """Ensure that these restore points are recorded no more."""
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
class HeldVolume:
    """A volume that an environment owns; folder: None where this process may not look in."""

    name: str
    folder: Path | None


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

    def held(self, environment: EnvironmentId) -> tuple[HeldVolume, ...]:
        """Return the volumes that the environment owns, as Compose names them, by name."""
        ...

    def remove_volume(self, environment: EnvironmentId, name: str) -> None:
        """Ensure that one of the environment's own volumes is gone; nothing may mount it."""
        ...
