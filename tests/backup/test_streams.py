"""Streams over a real PostgreSQL of the process engine, without a daemon."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shipway.backup.postgres import one_stream, room
from shipway.backup.postgres.counts import count_rows
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
from shipway.ports_data import Database
from shipway.ports_repository import Repository, Writers
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
    scheduled: bool = True
    made: list[Backup] = field(default_factory=list)

    def environments(self) -> tuple[EnvironmentId, ...]:
        return (WHERE,)

    def of(self, environment: EnvironmentId) -> tuple[Database, ...]:
        del environment
        return (self.database,)

    def settings(self, environment: EnvironmentId) -> BackupSettings:
        del environment
        return BackupSettings(scheduled=self.scheduled)

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

    def streams(self, writers: Writers | None = None) -> Streams:
        """Return streams as a daemon has them; a second one is its successor's."""
        return Streams(
            BackupPlaces(self.folder / "backup"),
            self.databases,
            OneRepository(repository=self.repository),
            self.records,
            writers,
        )


@pytest.fixture
def ground() -> Iterator[Ground]:
    with (
        TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name,
        ground_in(Path(name), DirectoryRepository(Path(name) / "repository")) as found,
    ):
        yield found


@contextmanager
def ground_in(folder: Path, repository: DirectoryRepository) -> Iterator[Ground]:
    """Yield a database and its backups below a directory."""
    folder.chmod(0o711)
    engine = ProcessEngine(folder / "process")
    database = database_on(engine)
    engine.start(database.workload)
    eventually("it answers", lambda: _answers(database), 30)
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


def test_a_base_that_is_asked_for_has_its_wal_and_what_nobody_wants_any_more_is_ended(
    ground: Ground,
) -> None:
    """An environment that is not backed up by itself, and one that was: no disk fills with WAL."""
    streams, database = ground.streams(), ground.database
    ground.databases.scheduled = False
    looking = threading.Event()

    def look() -> None:
        while not looking.wait(0.2):
            streams.look()

    loop = threading.Thread(target=look)
    loop.start()
    try:
        backup = streams.make_base(database, output=lambda _line: None)
        assert backup.facts["point"]
        eventually("the stream is ended", lambda: ended(streams, database), 30)
        ground.databases.scheduled = True
        covered(streams, database)
        successor = ground.streams()  # of a daemon that finds it switched off
        ground.databases.scheduled = False
        looking.set()
        loop.join(10)
        eventually(
            "its successor ends it too",
            lambda: successor.look() or ended(successor, database),  # type: ignore[func-returns-value]
            30,
        )
    finally:
        looking.set()
        loop.join(10)
        streams.stop(database)


def test_a_receiver_that_runs_but_does_not_receive_is_not_believed(ground: Ground) -> None:
    """It hangs, or catches up: covered is only what the server says has come."""
    streams, database = ground.streams(), ground.database
    covered(streams, database)
    stream = streams.of(database)
    process = stream.receiver._process
    assert process is not None
    os.killpg(process.pid, signal.SIGSTOP)
    try:
        written = time.time()
        Asker.of(database).rows("CREATE TABLE lost (n int); SELECT pg_switch_wal();")
        stream.abreast._asked = -1e9
        eventually("it is seen", lambda: streams.look() or stream.abreast.is_behind, 30)  # type: ignore[func-returns-value]
        streams.ship_now(database)
        assert stream.receiver.alive
        assert stream.shipper.covered_at is not None
        assert stream.shipper.covered_at < written
    finally:
        os.killpg(process.pid, signal.SIGCONT)
    eventually("it goes on", lambda: covered(streams, database) > written, 40)
    streams.stop(database)


def test_where_too_much_waits_the_receiver_rests_and_comes_back_by_itself(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The repository is away for long: neither the disk fills, nor is anything forgotten."""
    streams, database = ground.streams(), ground.database
    covered(streams, database)
    stream = streams.of(database)
    with monkeypatch.context() as patched:
        patched.setattr(one_stream, "spool_bytes", lambda _folder: 5 * 1024**3)
        eventually("it rests", lambda: streams.look() or stream.held, 30)  # type: ignore[func-returns-value]
        assert not stream.receiver.alive
        assert stream.problem is not None
        assert stream.problem.kind == "wal-spool-full"
        epoch = stream.receiver.epoch
    written = time.time()
    Asker.of(database).rows("CREATE TABLE kept (n int)")
    eventually("it goes on", lambda: covered(streams, database) > written, 40)
    assert stream.receiver.epoch == epoch, "the slot held what came meanwhile"

    with monkeypatch.context() as patched:  # and where the disk is nearly full, nobody keeps it
        patched.setattr(room, "SPOOL_SMALL_BYTES", 0)
        patched.setattr(room, "reserve_bytes", lambda _total: 1e18)
        stream.shipper.problem = Problem("repository-unreachable", "it is away.")
        eventually("it rests", lambda: streams.look() or stream.held, 30)  # type: ignore[func-returns-value]
        assert Asker.of(database).one("SELECT count(*) FROM pg_replication_slots") == "0"
    written = time.time()
    eventually("it begins anew", lambda: covered(streams, database) > written, 40)
    assert stream.receiver.epoch is not None
    assert stream.receiver.epoch != epoch
    streams.stop(database)


@contextmanager
def looking(streams: Streams) -> Iterator[None]:
    """Look at the streams as a daemon does, and end what they have begun."""
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.2):
            streams.look()

    loop = threading.Thread(target=look)
    loop.start()
    try:
        yield
    finally:
        ended.set()
        loop.join(10)
        for database in streams._listed:
            streams.stop(database)


def ended(streams: Streams, database: Database) -> bool:
    """Return whether nothing of a stream is left, here and at the server."""
    slots = Asker.of(database).one("SELECT count(*) FROM pg_replication_slots")
    places = streams._places
    left = list(places.wal(WHERE, "db").iterdir())
    return slots == "0" and not left and not streams.of(database).receiver.alive


ROWS = 20_000


def test_rows_of_a_zeroed_page_are_missed_though_an_index_still_counts_them(
    ground: Ground,
) -> None:
    """After a VACUUM the server would count by the index, which knows of no page."""
    database = ground.database
    asker = Asker.of(database)
    asker.rows("""
        CREATE TABLE item (id int PRIMARY KEY, words text);
        INSERT INTO item SELECT n, repeat('x', 300) FROM generate_series(1, 20000) n;
    """)
    asker.rows("VACUUM (ANALYZE) item")
    data = asker.one("SHOW data_directory")
    path = Path(data) / asker.one("SELECT pg_relation_filepath('item')")
    assert count_rows(asker)["postgres.public.item"] == ROWS
    database.engine.stop(database.engine.instances(scope=Scope(WHERE)))
    with path.open("r+b") as file:
        file.write(bytes(8192))
    database.engine.start(database.workload)
    eventually("it answers", lambda: _answers(database), 30)
    asker = Asker.of(database)
    assert int(asker.one("SELECT count(*) FROM item")) == ROWS  # what an index says
    assert count_rows(asker)["postgres.public.item"] < ROWS
