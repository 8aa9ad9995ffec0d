"""WAL is kept for its days, and never past the oldest base that needs it (R118, D12, D13)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from shipway.backup.postgres.epoch import Epoch, keep_epoch
from shipway.backup.postgres.places import wal_prefix
from shipway.backup.postgres.retention import expired_bases, needed_wal, tidy
from shipway.backup.postgres.segments import SEGMENT_BYTES, segment_name
from shipway.model.backup import Backup, BackupKind
from shipway.model.backup_settings import DAY_S, BackupSettings
from shipway.model.names import EnvironmentId
from shipway.ports_backup import Repository
from shipway.ports_data import Database

HERE = EnvironmentId("shop", "production")
NOW = 2_000_000_000.0
HORIZON = NOW - 7 * DAY_S
DAILY = 10
"""Segments that a day brings."""


def epoch(name: str = "e1", began_at: float = NOW - 100 * DAY_S) -> Epoch:
    return Epoch(
        name=name,
        service="db",
        system="7",
        timeline=1,
        began_at=began_at,
        segment_bytes=SEGMENT_BYTES,
        version=150000,
    )


def position(segment: int) -> str:
    return f"{segment * SEGMENT_BYTES >> 32:X}/{segment * SEGMENT_BYTES & 0xFFFFFFFF:X}"


def base(days: int, name: str = "e1") -> Backup:
    """Return the base that was made so many days ago, at that day's segment."""
    segment = 1000 - days * DAILY
    return Backup(
        id=f"base{days}",
        environment=HERE,
        subject="db",
        kind=BackupKind.BASE,
        began_at=NOW - days * DAY_S,
        ended_at=NOW - days * DAY_S,
        bytes=1,
        facts={"epoch": name, "start": position(segment), "end": position(segment + 1)},
    )


def test_bases_go_after_thirty_days_but_never_the_newest() -> None:
    bases = [base(days) for days in (0, 10, 29, 31, 40)]
    assert [item.id for item in expired_bases(bases, BackupSettings(), NOW)] == ["base31", "base40"]
    assert expired_bases([base(300)], BackupSettings(), NOW) == ()


def test_the_base_before_the_horizon_stays_as_long_as_its_wal() -> None:
    assert expired_bases([base(0), base(50)], BackupSettings(), NOW) == ()


def test_every_moment_of_the_last_week_can_be_reached() -> None:
    needed = needed_wal(epoch(), [base(days) for days in range(20)], ended_at=None, horizon=HORIZON)
    assert needed is not None
    from_the_seventh_day_on = 1000 - 7 * DAILY
    assert all(needed.has(number) for number in range(from_the_seventh_day_on, 1001))
    assert not needed.has(from_the_seventh_day_on - 1)


def test_an_older_base_keeps_the_wal_without_which_it_does_not_start() -> None:
    needed = needed_wal(epoch(), [base(1), base(8), base(20)], ended_at=None, horizon=HORIZON)
    assert needed is not None
    start = 1000 - 20 * DAILY
    assert [number for number in range(start - 1, start + 9) if needed.has(number)] == [
        start,
        start + 1,
        start + 2,
        start + 3,
    ]


def test_wal_that_waits_for_its_first_base_stays() -> None:
    needed = needed_wal(epoch(), [], ended_at=None, horizon=HORIZON)
    assert needed is not None
    assert needed.has(0)


def test_an_epoch_without_a_base_goes_when_another_has_followed() -> None:
    assert needed_wal(epoch(), [], ended_at=NOW - DAY_S, horizon=HORIZON) is None


def test_an_epoch_that_ended_within_the_week_keeps_its_end() -> None:
    needed = needed_wal(epoch(), [base(9)], ended_at=NOW - DAY_S, horizon=HORIZON)
    assert needed is not None
    assert needed.has(990)
    long_over = needed_wal(epoch(), [base(9)], ended_at=NOW - 8 * DAY_S, horizon=HORIZON)
    assert long_over is not None
    assert not long_over.has(990)


def test_the_repository_holds_what_is_needed_and_nothing_else(
    repository: Repository, tmp_path: Path
) -> None:
    """D13, at the destination itself, over every kind of repository."""
    old, new = epoch("e0", NOW - 90 * DAY_S), epoch("e1", NOW - 60 * DAY_S)
    for one in (old, new):
        keep_epoch(repository, one)
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "PG_VERSION").write_text("15")
    for days, name in ((70, "e0"), (40, "e1"), (8, "e1"), (1, "e1")):
        made = base(days, name)
        repository.put(
            tree,
            tags={
                "kind": "base",
                "subject": "db",
                "began": str(made.began_at),
                "ended": str(made.ended_at),
                **made.facts,
            },
        )
    for one, numbers in ((old, range(300, 303)), (new, (600, 900, 919, 920, 1000))):
        for number in numbers:
            repository.put_object(f"{wal_prefix('db', one.name)}{segment_name(1, number)}", b"w")
    where = Database(
        environment=HERE,
        workload=cast("Any", type("W", (), {"service": "db"})()),
        base=cast("Any", None),
        generation=1,
        engine=cast("Any", None),
        console=cast("Any", None),
        tools=cast("Any", None),
    )
    gone = tidy(repository, where, BackupSettings(), NOW)
    assert len(gone) == 2
    assert {item.tags["began"] for item in repository.snapshots({"kind": "base"})} == {
        str(base(8).began_at),
        str(base(1).began_at),
    }
    left = [item.name.rpartition("/")[2] for item in repository.objects("pg/db/wal/")]
    assert left == [segment_name(1, 920), segment_name(1, 1000)]
    assert [item.name for item in repository.objects("pg/db/epoch/")] == ["pg/db/epoch/e1"]
