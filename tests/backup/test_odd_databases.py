"""A database of everything that a cluster may hold: saved, brought back, counted (R118)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from shipway.backup.postgres.base import refuse_tablespaces
from shipway.backup.postgres.counts import count_rows
from shipway.backup.postgres.epoch import epochs_in
from shipway.backup.postgres.places import BackupPlaces
from shipway.backup.postgres.restores import DatabaseRestores
from shipway.backup.postgres.running import Asker
from shipway.backup.postgres.streams import Streams
from shipway.backup.postgres.versions import refuse
from shipway.errors import Problem
from shipway.model.backup import RestoreTarget
from shipway.model.generation import copy_beside, on_generation
from shipway.model.names import Scope
from shipway.ports_restore import RestoreWanted
from tests.backup.test_earlier import database
from tests.backup.test_streams import WHERE, Ground, _answers, covered, ground, looking
from tests.support.running import eventually

__all__ = ["ground"]
NAMES = ("o'clock =\\", "caf\u00e9")
FULL = """
CREATE UNLOGGED TABLE gone (n int); INSERT INTO gone VALUES (1);
CREATE TABLE "two
lines" (n int); INSERT INTO "two
lines" VALUES (1), (2);
CREATE TABLE part (n int) PARTITION BY RANGE (n);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
INSERT INTO part VALUES (1), (2), (3);
SELECT lo_from_bytea(4711, 'a large object');
CREATE EXTENSION amcheck;
"""


def restores_of(ground: Ground, streams: Streams) -> DatabaseRestores:
    return DatabaseRestores(
        databases=ground.databases,
        streams=streams,
        records=ground.records,
        places=BackupPlaces(ground.folder / "backup"),
    )


def wanted_at(target: RestoreTarget, generation: int | str = "beside") -> RestoreWanted:
    return RestoreWanted(
        environment=WHERE,
        service="db",
        target=target,
        generation=generation,
        keep=generation == "beside",
    )


@contextmanager
def restored(ground: Ground, streams: Streams, target: RestoreTarget) -> Iterator[Asker]:
    """Yield who asks a copy that was brought to the target, beside the live one."""
    restores, wanted = restores_of(ground, streams), wanted_at(target)
    try:
        restores.prepare(wanted, output=lambda _line: None, cancelled=lambda: False)
        workload = copy_beside(ground.database.base, "db.restored", "beside")
        yield Asker.of(ground.database, workload)
    finally:
        restores.discard(wanted)


@pytest.fixture
def streams(ground: Ground) -> Iterator[Streams]:
    """Yield streams that somebody looks at, and whose WAL comes."""
    found = ground.streams()
    with looking(found):
        covered(found, ground.database)
        eventually("the first base by itself", lambda: ground.records.backups(WHERE), 150)
        yield found


def test_whatever_a_cluster_holds_comes_back(
    ground: Ground, request: pytest.FixtureRequest
) -> None:
    """Databases in another encoding and of odd names, large objects, partitions, unlogged tables."""
    asker = Asker.of(ground.database)
    asker.rows(
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    asker.rows(
        'CREATE TABLE "gr\u00f6\u00dfe" (n int); INSERT INTO "gr\u00f6\u00dfe" VALUES (1);',
        name="latin",
    )
    for name in NAMES:
        quoted = name.replace('"', '""')
        asker.rows(f'CREATE DATABASE "{quoted}"')
        asker.rows("CREATE TABLE item (n int); INSERT INTO item VALUES (1)", name=name)
    asker.rows(FULL)
    streams = request.getfixturevalue("streams")
    backup = ground.records.backups(WHERE)[0]
    wanted = {
        "latin.public.gr\u00f6\u00dfe": 1,
        "postgres.public.two lines": 2,
        "postgres.public.part_1": 3,
        **{f"{name}.public.item": 1 for name in NAMES},
    }
    assert {name: backup.counts.get(name) for name in wanted} == wanted
    with restored(ground, streams, RestoreTarget(point=backup.facts["point"])) as back:
        assert {name: count_rows(back).get(name) for name in wanted} == wanted
        assert back.one("SELECT convert_from(lo_get(4711), 'UTF8')") == "a large object"
        assert back.one("SELECT count(*) FROM gone") == "0", "as after a crash"


def test_a_cluster_with_tablespaces_is_refused_in_words(ground: Ground) -> None:
    asker = Asker.of(ground.database)
    refuse_tablespaces(asker, ground.database)
    asker.rows("SET allow_in_place_tablespaces = true; CREATE TABLESPACE elsewhere LOCATION '';")
    with pytest.raises(Problem) as caught:
        refuse_tablespaces(asker, ground.database)
    assert caught.value.kind == "tablespaces"


def test_a_repository_whose_files_were_copied_still_gives_the_moment(
    ground: Ground, streams: Streams
) -> None:
    """R118: a copy of a directory, or a store with a clock of its own, has other times of change."""
    asker = Asker.of(ground.database)
    asker.rows("CREATE TABLE item (n int)")
    for number in (1, 2, 3):
        asker.rows(f"INSERT INTO item SELECT {number}; SELECT pg_switch_wal();")
    at = float(asker.one("SELECT extract(epoch FROM clock_timestamp())"))
    asker.rows("INSERT INTO item VALUES (4); SELECT pg_switch_wal(); INSERT INTO item VALUES (5)")
    streams.ship_now(ground.database)
    ground.repository.touch(time.time() + 3600)
    with restored(ground, streams, RestoreTarget(at=at)) as back:
        assert back.one("SELECT count(*) FROM item") == "3"


def test_a_backup_of_another_major_version_is_refused_before_anything_is_fetched() -> None:
    """The files of one do not open with the other; nothing live is touched."""
    refuse(database(1), "pg_verifybackup (PostgreSQL) 15.14 (Debian)", 150_014)
    with pytest.raises(Problem) as caught:
        refuse(database(1), "pg_verifybackup (PostgreSQL) 17.2", 150_014)
    assert caught.value.kind == "other-version"
    assert "PostgreSQL 15" in caught.value.hints[0]


def write(ground: Ground, number: int) -> float:
    """Write a row; return a moment after it and before the next one."""
    asker = Asker.of(ground.database)
    asker.rows(f"INSERT INTO item VALUES ({int(number)})")  # noqa: S608 - a number
    asker.rows("SELECT pg_sleep(0.02)")
    return float(asker.one("SELECT extract(epoch FROM clock_timestamp())"))


def test_after_a_restore_every_moment_before_and_after_the_fork_can_be_reached(
    ground: Ground, streams: Streams
) -> None:
    """R118: also one of the future that was given up, which nobody mixes with the new one."""
    database = ground.database
    Asker.of(database).rows("CREATE TABLE item (n int)")
    one, two, three = (write(ground, number) for number in (1, 2, 3))

    back = wanted_at(RestoreTarget(at=one), generation=2)
    restores_of(ground, streams).prepare(back, output=lambda _line: None, cancelled=lambda: False)
    database.engine.remove(Scope(WHERE), service="db")
    workload = on_generation(database.base, 2)
    ground.databases.database = replace(database, workload=workload, generation=2)
    database.engine.start(workload)
    eventually("the restored one answers", lambda: _answers(ground.database), 60)
    assert rows_of(Asker.of(ground.database)) == [1]
    streams.stop(database)
    eventually(
        "a new stretch begins",
        lambda: len(epochs_in(ground.repository, "db")) == 2 and _is_level(streams, ground),
        60,
    )
    streams.make_base(ground.database, output=lambda _line: None)
    four = write(ground, 4)
    write(ground, 5)
    for at, expected in ((one, [1]), (two, [1, 2]), (three, [1, 2, 3]), (four, [1, 4])):
        with restored(ground, streams, RestoreTarget(at=at)) as asker:
            assert rows_of(asker) == expected
    with restored(ground, streams, RestoreTarget()) as asker:
        assert rows_of(asker) == [1, 4, 5]


def rows_of(asker: Asker) -> list[int]:
    return [int(row[0]) for row in asker.rows("SELECT n FROM item ORDER BY n")]


def _is_level(streams: Streams, ground: Ground) -> bool:
    stream = streams.of(ground.database)
    return stream.receiver.steady and stream.problem is None
