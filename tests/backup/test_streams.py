"""Streams over a real PostgreSQL of the process engine, without a daemon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shipway.backup.postgres.places import BackupPlaces
from shipway.backup.postgres.running import Asker
from shipway.backup.postgres.streams import Streams
from shipway.engines.process import ProcessEngine
from shipway.errors import Problem
from shipway.model.backup import Backup
from shipway.model.backup_settings import BackupSettings
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Role, SecretMap, Workload
from shipway.ports import BuildRequest
from shipway.ports_backup import Repository
from shipway.ports_data import Database
from shipway.store.backups import Backups
from shipway.store.database import Database as StateFile
from tests.support.directory_repository import DirectoryRepository
from tests.support.running import eventually

WHERE = EnvironmentId("streams", "production")


@dataclass(kw_only=True)
class OneDatabase:
    """Databases and Repositories of one environment with one database."""

    database: Database
    repository: DirectoryRepository
    settled: float = 1000.0
    made: list[Backup] = field(default_factory=list)

    def environments(self) -> tuple[EnvironmentId, ...]:
        return (WHERE,)

    def of(self, environment: EnvironmentId) -> tuple[Database, ...]:
        del environment
        return (self.database,)

    def settings(self, environment: EnvironmentId) -> BackupSettings:
        del environment
        return BackupSettings()

    def settled_for_s(self, environment: EnvironmentId) -> float:
        del environment
        return self.settled


@dataclass(kw_only=True)
class OneRepository:
    """Repositories with one in it."""

    repository: DirectoryRepository

    def of(self, environment: EnvironmentId) -> Repository:
        del environment
        return self.repository


@dataclass(kw_only=True)
class Ground:
    """What a test has."""

    folder: Path
    databases: OneDatabase
    repository: DirectoryRepository
    records: Backups

    @property
    def database(self) -> Database:
        return self.databases.database

    def streams(self) -> Streams:
        """Return streams as a daemon has them; a second one is its successor's."""
        return Streams(
            BackupPlaces(self.folder / "backup"),
            self.databases,
            OneRepository(repository=self.repository),
            self.records,
        )


@pytest.fixture
def ground() -> Iterator[Ground]:
    with TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        engine = ProcessEngine(folder / "process")
        database = database_on(engine)
        engine.start(database.workload)
        eventually("it answers", lambda: _answers(database), 30)
        repository = DirectoryRepository(folder / "repository")
        try:
            yield Ground(
                folder=folder,
                databases=OneDatabase(database=database, repository=repository),
                repository=repository,
                records=Backups(StateFile(folder / "state.sqlite")),
            )
        finally:
            engine.remove(Scope(WHERE))


def database_on(engine: ProcessEngine) -> Database:
    request = BuildRequest(
        project="streams",
        service="db",
        commit="2" * 40,
        source=Path("/"),
        definition={"image": "postgres:15"},
    )
    mount = {"type": "volume", "source": "data", "target": "/var/lib/postgresql/data"}
    workload = Workload(
        scope=Scope(WHERE),
        service="db",
        role=Role.STATEFUL,
        artifact=engine.build(request, output=lambda _line: None),
        environment=SecretMap({"POSTGRES_PASSWORD": "hunter2"}),
        definition={"image": "postgres:15", "volumes": [mount], "restart": "unless-stopped"},
        volumes={"data": {}},
    )
    return Database(
        environment=WHERE,
        workload=workload,
        base=workload,
        generation=1,
        engine=engine,
        console=engine,
        tools=engine,
    )


def _answers(database: Database) -> bool:
    try:
        return Asker.of(database).one("SELECT 1") == "1"
    except Problem:
        return False


def covered(streams: Streams, database: Database) -> float:
    def ask() -> float | None:
        streams.look()
        return streams.of(database).shipper.covered_at

    return float(eventually("the WAL is covered", ask, 40))


def test_a_successor_takes_the_receiver_over_and_a_foreign_cluster_is_not_mixed_in(
    ground: Ground,
) -> None:
    """R118: nothing is promised before the receiver has proved that it stays."""
    streams, database = ground.streams(), ground.database
    ground.databases.settled = 0.0
    streams.look()
    assert streams.of(database).receiver.epoch is None  # not before it has settled
    ground.databases.settled = 1000.0
    covered(streams, database)
    receiver = streams.of(database).receiver
    assert receiver.epoch is not None
    began = receiver.epoch.name
    eventually(
        "the first base by itself",
        lambda: streams.look() or ground.records.backups(WHERE),  # type: ignore[func-returns-value]
        60,
    )

    successor = ground.streams()
    covered(successor, database)
    assert successor.of(database).receiver.epoch == receiver.epoch
    assert successor.of(database).receiver._process is None  # adopted, not begun again

    successor.stop(database)
    successor.of(database).shipper.covered_at = None
    covered(successor, database)
    again = successor.of(database).receiver
    assert again.epoch is not None
    assert again.epoch.name == began  # the slot held what came meanwhile

    successor.stop(database)
    fresh = Workload(
        **{
            name: getattr(database.workload, name)
            for name in database.workload.__slots__
            if name not in {"definition", "volumes"}
        },
        definition={
            **database.workload.definition,
            "volumes": [
                {"type": "volume", "source": "other", "target": "/var/lib/postgresql/data"}
            ],
        },
        volumes={"other": {}},
    )
    database.engine.remove(Scope(WHERE))
    database.engine.start(fresh)
    eventually("the empty one answers", lambda: _answers(database), 30)
    later = ground.streams()

    def refused() -> Problem | None:
        later.look()
        return later.of(database).receiver.problem

    problem = eventually("it is refused", refused, 30)
    assert problem.kind == "backup-other-database"
    assert "not backed up" in problem.message
    later.accept(database)
    covered(later, database)
    later.stop(database)
    first = streams.of(database).receiver._process
    assert first is not None
    first.wait(10)
