"""What backups have at hand: the ports, and where things lie on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from shipway.backup.alone import Alone
from shipway.backup.turns import Turns
from shipway.errors import Problem
from shipway.files import emptied
from shipway.model.application import Application
from shipway.model.backup import Backup, BackupKind
from shipway.model.backup_settings import MirroredBucket
from shipway.model.condition import Condition
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Instance, InstanceState
from shipway.ports import Cancelled, Clock, Console, Engine, Output
from shipway.ports_backup import BackupRecords, BackupRuns, DataFolders
from shipway.ports_data import Database
from shipway.ports_repository import Bucket, Repository, Writers
from shipway.ports_store import CatalogPort
from shipway.ports_vault import Secrets


class Kit(Protocol):
    """An engine as backups use it."""

    @property
    def engine(self) -> Engine:
        """Return what runs the instances."""
        ...

    @property
    def console(self) -> Console:
        """Return how a program is run inside one."""
        ...

    @property
    def folders(self) -> DataFolders:
        """Return where the volumes are."""
        ...


class RepositoryFinder(Protocol):
    """Finds an environment's repository, and the key of all."""

    def of(self, environment: EnvironmentId) -> Repository | None:
        """Return it, made ready; see `shipway.ports_repository.Repositories`."""
        ...

    def where(self, environment: EnvironmentId) -> str:
        """Return where it is, without asking it anything; never with a credential."""
        ...

    def forget_ready(self, environment: EnvironmentId) -> None:
        """Make it ready anew the next time."""
        ...

    def key_text(self) -> str:
        """Return the recovery key."""
        ...


DatabaseTaker = Callable[["Taking", str], Backup]
"""Makes a base backup of a PostgreSQL service and records it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything that backups share.

    home: Shipway's own directory.  application: what is live in an environment; None where
    nothing is.  bucket: opens one of the application's.  database: makes base backups of
    PostgreSQL; restorable: the last moment to which a PostgreSQL service can be brought back;
    database_conditions: what is wrong with PostgreSQL's streams, everywhere.
    prune_database: removes bases and WAL that have had their time.
    databases: the PostgreSQL services of an environment.  rollout_ended: when a rollout did.
    locked: whether a rollout runs in an environment.  live_commit: what is live there.
    turns: whose turn it is at an environment's data.
    writers: which server saves an environment.
    """

    home: Path
    clock: Clock
    catalog: CatalogPort
    application: Callable[[EnvironmentId], Application | None]
    kit: Callable[[EnvironmentId], Kit]
    repositories: RepositoryFinder
    records: BackupRecords
    runs: BackupRuns
    secrets: Secrets
    bucket: Callable[[MirroredBucket, EnvironmentId], Bucket]
    database: DatabaseTaker | None = None
    restorable: Callable[[EnvironmentId, str], float | None] | None = None
    prune_database: Callable[[EnvironmentId, str], None] = lambda _environment, _service: None
    database_conditions: Callable[[], Sequence[Condition]] = tuple
    databases: Callable[[EnvironmentId], Sequence[Database]] = lambda _environment: ()
    rollout_ended: Callable[[int], float | None] = lambda _rollout: None
    locked: Callable[[EnvironmentId], bool] = lambda _environment: False
    live_commit: Callable[[EnvironmentId], str | None] = lambda _environment: None
    turns: Turns = field(default_factory=Turns)
    writers: Writers = field(default_factory=Alone)

    @property
    def folder(self) -> Path:
        """Return the directory of backups."""
        return self.home / "backup"

    def staged(self, environment: EnvironmentId, name: str) -> AbstractContextManager[Path]:
        """Return a context with a private, empty directory that is gone afterwards.

        The same one each time, so that restic knows its files again.
        """
        safe = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)
        return emptied(self.folder / "staging" / Scope(environment).label / safe)

    def live(self, environment: EnvironmentId) -> Application:
        """Return the live application.  Raises Problem `nothing-live`."""
        app = self.application(environment)
        if app is None:
            raise Problem(
                "nothing-live",
                f"{environment}: nothing is live, so there is nothing to save.",
                hints=[f"shipway deploy {environment.name}"],
            )
        return app

    def repository(self, environment: EnvironmentId) -> Repository:
        """Return the environment's repository, ready.  Raises Problem."""
        found = self.repositories.of(environment)
        if found is None:
            raise Problem(
                "no-repository",
                f"{environment} has no repository: nothing was deployed there.",
                hints=[f"shipway deploy {environment.name}"],
            )
        return found

    def instance(self, environment: EnvironmentId, service: str) -> Instance:
        """Return a running instance of a stateful service.  Raises Problem `not-running`."""
        for item in self.kit(environment).engine.instances(scope=Scope(environment)):
            if item.service == service and item.state is InstanceState.RUNNING:
                return item
        raise Problem(
            "not-running",
            f"{environment}: {service} does not run.",
            hints=[f"shipway logs {service} {environment.name}", "shipway status"],
        )

    def environments(self) -> tuple[EnvironmentId, ...]:
        """Return all environments."""
        return tuple(environment for environment, _engine in self.catalog.environments())


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """One source being saved.

    since: a base backup that has been made since then will do, in seconds since the epoch;
    None: a new one.
    """

    ground: Ground
    environment: EnvironmentId
    app: Application
    repository: Repository
    output: Output
    cancelled: Cancelled
    since: float | None = None

    def tags(self, kind: BackupKind, subject: str, **facts: str) -> Mapping[str, str]:
        """Return the tags of a snapshot."""
        return {"kind": kind.value, "subject": subject, **facts}
