"""What a rollout has at hand: the ports, and where things lie on this machine."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope
from shipway.ports import BuildCache, Builder, Clock, Console, Engine, Ingress, Registry
from shipway.ports_backup import BackupRecords, Generations
from shipway.ports_checks import CommitChecks, Gate
from shipway.ports_data import DataTools
from shipway.ports_restore import FileRestores, RestorePoints, Restores
from shipway.ports_store import Store
from shipway.ports_vault import Vault
from shipway.rollout.applications import Applications
from shipway.rollout.certificate_kit import CertificateKit
from shipway.rollout.stops import BackgroundStops
from shipway.rollout.wakers import NoWakers, Wakers


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineKit:
    """An engine, with what it builds with and what a person looks in with.

    cache: what it keeps to build faster, where it keeps something.
    tools: what it does for databases; registry: how its images come to a registry.
    """

    engine: Engine
    builder: Builder
    console: Console
    cache: BuildCache | None = None
    tools: DataTools | None = None
    registry: Registry | None = None


class ScopeLocks:
    """One lock a scope: who stops a release and who starts it again wait for each other."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[Scope, threading.RLock] = {}

    def of(self, scope: Scope) -> threading.RLock:
        """Return the scope's lock."""
        with self._guard:
            return self._locks.setdefault(scope, threading.RLock())


@dataclass(slots=True, kw_only=True)
class DataSide:
    """What backup does for rollouts; nothing, where there is no backup."""

    points: RestorePoints | None = None
    restores: Restores | None = None
    files: FileRestores | None = None
    records: BackupRecords | None = None

    def database_restores(self) -> Restores:
        """Return what restores databases.  Raises Problem `backup-off`."""
        if self.restores is None:
            raise _no_backups()
        return self.restores

    def file_restores(self) -> FileRestores:
        """Return what restores everything else.  Raises Problem `backup-off`."""
        if self.files is None:
            raise _no_backups()
        return self.files


def _no_backups() -> Problem:
    return Problem("backup-off", "this Shipway makes no backups.")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that rollouts share.

    kits: by engine name; default_engine: for projects that name none.
    home: Shipway's own directory on this machine.
    ingress_lock: held while a configuration is assembled and applied, so that what was
    read is what is applied.
    addresses: the last address of each instance, by id: one that is being restarted keeps
    its place behind the ingress meanwhile.
    vault: the secrets of all environments.
    wakers: hold the requests of environments that sleep.
    gate: judges a release before it comes in; None: nobody does.
    commit_checks: tells how CI stands; None: nobody can be asked.
    certificates: where they are kept and who issues them; None: TLS shows a self-signed one.
    prunes_owed: projects of which releases were removed, but not yet what only they needed.
    pruning: held while what no release needs is removed; a rollout that has just begun waits
    for it, because what it fetches and builds is no release's yet.
    generations: which generation of its data each database mounts.
    data: restore points and restores, filled when everything is wired.
    """

    kits: Mapping[str, EngineKit]
    default_engine: str
    ingress: Ingress
    store: Store
    clock: Clock
    home: Path
    applications: Applications
    vault: Vault
    generations: Generations
    data: DataSide = field(default_factory=DataSide)
    gate: Gate | None = None
    commit_checks: CommitChecks | None = None
    addresses: dict[str, str] = field(default_factory=dict)
    ingress_lock: threading.RLock = field(default_factory=threading.RLock)
    scope_locks: ScopeLocks = field(default_factory=ScopeLocks)
    stops: BackgroundStops = field(default_factory=BackgroundStops)
    prunes_owed: set[str] = field(default_factory=set)
    pruning: threading.Lock = field(default_factory=threading.Lock)
    wakers: Wakers = field(default_factory=NoWakers)
    certificates: CertificateKit | None = None

    def kit(self, name: str) -> EngineKit:
        """Return the engine called `name`, or raise Problem `no-engine`."""
        try:
            return self.kits[name]
        except KeyError:
            raise Problem(
                "no-engine",
                f"there is no engine called {name}; this Shipway has {', '.join(sorted(self.kits))}.",
                hints=["set `engine:` in shipway.yaml, or give --engine"],
            ) from None

    def kit_of(self, environment: EnvironmentId) -> EngineKit:
        """Return the engine on which an environment runs."""
        return self.kit(self.store.catalog.engine_of(environment) or self.default_engine)

    def tree_of(self, project: str, commit: str) -> Path:
        """Return where a commit's tree is kept."""
        return self.home / "sources" / project / commit
