"""An old server comes back beside the one that was restored from its repository."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from shipway.backup.postgres.catalogue import Catalogue
from shipway.backup.postgres.running import Asker
from shipway.backup.postgres.streams import Streams
from shipway.errors import Problem
from shipway.model.backup import Backup, RestoreTarget
from shipway.model.names import EnvironmentId
from shipway.ports_repository import Repository, Writer
from shipway.repositories.writer import Writing, writing
from tests.backup.test_streams import WHERE, Ground, ground, looking
from tests.support.running import eventually

__all__ = ["ground"]
SLOTS = "SELECT count(*) FROM pg_replication_slots"


@dataclass(kw_only=True)
class Home:
    """One server's view of who writes into the repository; it asks each time."""

    found: Writing

    @classmethod
    def at(cls, folder: Path, repository: Repository) -> Home:
        home = folder / "backup"
        home.mkdir(parents=True)
        return cls(found=writing(WHERE, repository, where=repository.where, home=home))

    def ensure_writer(self, environment: EnvironmentId) -> None:
        del environment
        self.found.ensure(anew=True)

    def other_writer(self, environment: EnvironmentId) -> Writer | None:
        del environment
        return self.found.other

    def take_over(self, environment: EnvironmentId) -> Writer | None:
        del environment
        return self.found.take()


@pytest.mark.slow
def test_an_old_server_that_comes_back_stops_and_nothing_of_it_becomes_the_newest(
    ground: Ground,
) -> None:
    """R118: its PostgreSQL has the same system identifier; its log and bases stay out.

    By a person's word it becomes the one again, with a stretch and a base of its own.
    """
    old = Home.at(ground.folder / "old", ground.repository)
    new = Home.at(ground.folder / "new", ground.repository)
    streams, database = ground.streams(old), ground.database
    try:
        with looking(streams):
            _comes_back(ground, streams, old, new)
    finally:
        streams.stop(database)


def _comes_back(ground: Ground, streams: Streams, old: Home, new: Home) -> None:
    database, stream = ground.database, streams.of(ground.database)
    asker = Asker.of(database)
    (first,) = eventually("a base", lambda: ground.records.backups(WHERE), 120)

    assert new.take_over(WHERE) is not None  # restored elsewhere
    asker.rows("CREATE TABLE diverged AS SELECT 1 AS n")
    eventually("it gives way", lambda: stream.gave_way, 60)
    problem = stream.problem
    assert problem is not None
    assert problem.kind == "repository-other-server"
    assert not stream.receiver.alive
    assert asker.one(SLOTS) == "0", "the server keeps no log for nobody"
    held = {item.name: item.bytes for item in ground.repository.objects()}
    asker.rows("INSERT INTO diverged VALUES (2); SELECT pg_switch_wal();")
    with pytest.raises(Problem, match="another server"):
        streams.make_base(database, output=lambda _line: None)
    assert {item.name: item.bytes for item in ground.repository.objects()} == held
    assert len(ground.repository.snapshots()) == 1
    assert asker.one("SELECT count(*) FROM diverged") == "2", "the database itself goes on"

    assert old.take_over(WHERE) is not None
    streams.accept(database, anew=True)
    again = eventually("a base of its own", lambda: _base_since(ground, first), 120)
    assert again.facts["epoch"] != first.facts["epoch"]
    choice = Catalogue(repository=ground.repository, database=database).choose(
        RestoreTarget(), again.ended_at + 1
    )
    assert choice.backup.id == again.id, "what comes back is what runs here"
    with pytest.raises(Problem, match="another server"):
        new.ensure_writer(WHERE)


def _base_since(ground: Ground, first: Backup) -> Backup | None:
    return next((item for item in ground.records.backups(WHERE) if item.id != first.id), None)
