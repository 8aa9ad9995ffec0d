"""What is due, what has had its time, what is wrong: decided purely (R117, R119, R122, D13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shipway.backup import schedule
from shipway.backup.conditions.facts import Facts
from shipway.backup.conditions.overall import conditions
from shipway.backup.overview import SourceStatus
from shipway.backup.readings import readings_of
from shipway.backup.retention import expired
from shipway.backup.schedule import is_due, latest_before, next_after
from shipway.backup.scheduler import should_run
from shipway.backup.sources import Source
from shipway.model.backup import Backup, BackupKind, Drill, DrillCheck
from shipway.model.backup_run import BackupRun, Part, RunKind, RunState
from shipway.model.backup_settings import DAY_S, HOUR_S, BackupSettings
from shipway.model.condition import Level
from shipway.model.names import EnvironmentId

HERE = EnvironmentId("shop", "production")
SEOUL = "Asia/Seoul"


def at(text: str) -> float:
    """Return a moment of Seoul's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(SEOUL)).timestamp()


NOW = at("2026-11-21 12:00")


def backup(kind: BackupKind, age_s: float, subject: str = "uploads", size: int = 10**6) -> Backup:
    moment = NOW - age_s
    return Backup(
        id=f"{kind}-{subject}-{age_s}",
        environment=HERE,
        subject=subject,
        kind=kind,
        began_at=moment,
        ended_at=moment,
        bytes=size,
        counts={"files": 1 if size else 0},
    )


def run(kind: RunKind, state: RunState, age_s: float, *parts: Part, problem: str = "") -> BackupRun:
    return BackupRun(
        id=1,
        environment=HERE,
        kind=kind,
        state=state,
        requested_by="shipway",
        began_at=NOW - age_s,
        ended_at=None if state is RunState.RUNNING else NOW - age_s,
        parts=parts,
        problem={"kind": problem, "message": f"it is {problem}"} if problem else None,
    )


def facts(**more: object) -> Facts:
    given: dict[str, object] = {
        "environment": HERE,
        "settings": BackupSettings(timezone=SEOUL, directory="/mnt"),
        "sources": (Source(kind=BackupKind.VOLUME, subject="uploads"),),
        "runs": (run(RunKind.FULL, RunState.SUCCEEDED, HOUR_S),),
        "backups": (backup(BackupKind.VOLUME, HOUR_S), backup(BackupKind.VOLUME, DAY_S)),
        "drills": (),
        "now": NOW,
    }
    return Facts(**{**given, **more})  # type: ignore[arg-type]


def wrong(given: Facts) -> dict[str, Level]:
    return {item.id: item.level for item in conditions(given)}


def test_three_in_the_morning_is_the_projects_own() -> None:
    assert next_after("0 3 * * *", NOW, SEOUL) == at("2026-11-22 03:00")
    assert latest_before("0 3 * * *", NOW, SEOUL) == at("2026-11-21 03:00")
    assert latest_before("0 3 * * *", at("2026-11-21 03:00"), SEOUL) == at("2026-11-21 03:00")
    assert next_after("", NOW, SEOUL) is None


@pytest.mark.parametrize("cron", ["0 3 * * *", "*/15 * * * *", "30 4 * * 0"])
def test_a_slot_that_is_asked_for_again_and_again_is_the_same_as_worked_out_anew(cron: str) -> None:
    """Forwards, and back again: clocks are set back, too."""
    moments = [at("2026-11-21 02:40") + 50 * step for step in range(100)]
    for moment in (*moments, *reversed(moments)):
        remembered = latest_before(cron, moment, SEOUL)
        schedule._known.clear()
        assert latest_before(cron, moment, SEOUL) == remembered


def test_a_slot_that_was_slept_through_is_made_up_for_once() -> None:
    before = at("2026-11-18 03:00")
    assert is_due("0 3 * * *", last=before, now=NOW, name=SEOUL)
    assert not is_due("0 3 * * *", last=NOW - 60, now=NOW, name=SEOUL)
    assert is_due("0 3 * * *", last=None, now=NOW, name=SEOUL)
    assert not is_due("", last=None, now=NOW, name=SEOUL)


@pytest.mark.parametrize(
    ("state", "age_s", "due"),
    [
        (RunState.SUCCEEDED, 3600, False),
        (RunState.FAILED, 60, False),
        (RunState.FAILED, 1000, True),
        (RunState.INTERRUPTED, 5, True),
        (RunState.RUNNING, 3600, False),
    ],
)
def test_a_failure_is_repeated_soon_and_an_interruption_at_once(
    state: RunState, age_s: float, *, due: bool
) -> None:
    tried = (run(RunKind.FULL, state, age_s),)
    assert should_run("0 3 * * *", tried, now=NOW, zone=SEOUL) is due


def test_a_failure_that_lasts_is_repeated_every_hour_only() -> None:
    tried = tuple(run(RunKind.FULL, RunState.FAILED, 1000 * (n + 1)) for n in range(5))
    assert not should_run("0 3 * * *", tried, now=NOW, zone=SEOUL)
    assert should_run("0 3 * * *", tried, now=NOW + 3600, zone=SEOUL)


def test_what_has_had_its_time_goes_and_the_newest_stays() -> None:
    """D13: what is kept is bounded at the destination too."""
    settings = BackupSettings()
    found = (
        backup(BackupKind.VOLUME, 1 * DAY_S),
        backup(BackupKind.VOLUME, 31 * DAY_S),
        backup(BackupKind.VOLUME, 400 * DAY_S, "old"),
        backup(BackupKind.REDIS, 1 * HOUR_S, "redis"),
        backup(BackupKind.REDIS, 8 * DAY_S, "redis"),
        backup(BackupKind.BASE, 90 * DAY_S, "db"),
        backup(BackupKind.BASE, 1 * DAY_S, "db"),
    )
    # each day has one of something: time in which nothing was saved counts for less
    daily = tuple(backup(BackupKind.BUCKET, day * DAY_S, "media") for day in range(400))
    gone = [item for item in expired((*found, *daily), settings, NOW) if item not in daily]
    assert [(item.kind, item.subject) for item in gone] == [
        (BackupKind.VOLUME, "uploads"),
        (BackupKind.REDIS, "redis"),
    ]


def test_good_backups_are_no_condition() -> None:
    assert wrong(facts()) == {}


def test_a_backup_that_did_not_run_is_loud() -> None:
    late = facts(backups=(backup(BackupKind.VOLUME, 30 * HOUR_S),))
    assert wrong(late) == {"backup-missed": Level.WARNING}
    assert next(iter(conditions(late))).figure == 30 * HOUR_S
    never = facts(backups=(), runs=(run(RunKind.FULL, RunState.FAILED, 2 * HOUR_S),))
    assert "backup-missed" in wrong(never)
    long_ago = facts(backups=(backup(BackupKind.VOLUME, 3 * DAY_S),))
    assert wrong(long_ago)["backup-missed"] is Level.URGENT


def test_an_empty_backup_is_loud() -> None:
    empty = facts(
        backups=(
            backup(BackupKind.VOLUME, HOUR_S, size=0),
            backup(BackupKind.VOLUME, DAY_S),
        )
    )
    assert wrong(empty) == {"backup-empty": Level.URGENT}


def test_a_backup_that_shrank_by_half_is_loud_and_says_by_how_much() -> None:
    shrunk = facts(
        backups=(
            backup(BackupKind.VOLUME, HOUR_S, size=400_000),
            backup(BackupKind.VOLUME, DAY_S, size=1_000_000),
        )
    )
    assert wrong(shrunk) == {"backup-shrank": Level.WARNING}
    assert next(iter(conditions(shrunk))).figure == 40.0


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        ("repository-full", Level.IMMEDIATE),
        ("repository-damaged", Level.IMMEDIATE),
        ("repository-refused", Level.URGENT),
        ("repository-unreachable", Level.URGENT),
    ],
)
def test_what_the_repository_said_last_is_loud_until_it_works_again(
    kind: str, level: Level
) -> None:
    failed = run(RunKind.FULL, RunState.FAILED, 60, problem=kind)
    good = run(RunKind.FULL, RunState.SUCCEEDED, HOUR_S)
    assert wrong(facts(runs=(failed, good))) == {kind: level}
    assert wrong(facts(runs=(good, failed))) == {}


def test_a_run_that_could_not_even_begin_is_loud() -> None:
    failed = run(RunKind.FULL, RunState.FAILED, 60, problem="tools-missing")
    assert wrong(facts(runs=(failed,))) == {"backup-failed": Level.URGENT}


def test_a_failed_source_is_loud_by_its_name() -> None:
    part = Part(
        subject="uploads",
        kind="volume",
        began_at=NOW - 60,
        ended_at=NOW,
        problem={"kind": "volume-unreadable", "message": "may not look"},
    )
    failed = run(RunKind.FULL, RunState.FAILED, 60, part)
    assert wrong(facts(runs=(failed,))) == {"backup-failed": Level.URGENT}


def test_a_repository_that_nobody_read_back_is_loud() -> None:
    days = (backup(BackupKind.VOLUME, day * DAY_S) for day in (5, 10, 15, 20))
    old = facts(backups=(backup(BackupKind.VOLUME, HOUR_S), *days))
    assert wrong(old) == {"backup-unverified": Level.WARNING}
    read = run(RunKind.VERIFY, RunState.SUCCEEDED, DAY_S)
    good = run(RunKind.FULL, RunState.SUCCEEDED, HOUR_S)
    assert wrong(replace(old, runs=(good, read))) == {}


def test_a_failed_drill_is_the_loudest_and_a_missing_one_is_told() -> None:
    base = backup(BackupKind.BASE, 10 * DAY_S, "db")
    between = backup(BackupKind.BASE, 5 * DAY_S, "db")
    fresh = backup(BackupKind.BASE, HOUR_S, "db")
    source = Source(kind=BackupKind.BASE, subject="db")
    read = run(RunKind.VERIFY, RunState.SUCCEEDED, DAY_S)
    given = facts(sources=(source,), backups=(fresh, between, base), runs=(read,))
    assert wrong(given) == {"backup-unproven": Level.WARNING}
    failed = Drill(
        environment=HERE,
        subject="db",
        backup=fresh.id,
        began_at=NOW - 60,
        ended_at=NOW - 30,
        rto_s=None,
        rpo_s=None,
        checks=(DrillCheck(name="rows", passed=False, says="61 rows of orders are gone"),),
    )
    told = {item.id: item for item in conditions(replace(given, drills=(failed,)))}
    assert told["drill-failed"].level is Level.IMMEDIATE
    assert "61 rows" in told["drill-failed"].says.en


def test_a_repository_on_the_datas_own_disk_is_told() -> None:
    here = facts(settings=BackupSettings(timezone=SEOUL))
    assert wrong(here) == {"repository-on-same-disk": Level.NOTICE}


def test_figures_of_backups_are_ages_and_never_a_zero_for_what_is_not_there() -> None:
    """R116: for graphs and Prometheus; a volume has no drill of its own."""
    proven = Drill(
        environment=HERE,
        subject="db",
        backup="b1",
        began_at=NOW - 7200,
        ended_at=NOW - 7190,
        rto_s=8.5,
        rpo_s=0.3,
        checks=(DrillCheck(name="rows", passed=True, says="as counted"),),
    )
    database = SourceStatus(
        subject="db",
        kind=BackupKind.BASE,
        newest=backup(BackupKind.BASE, 3600, "db"),
        restorable_at=NOW - 2,
        drill=proven,
        proven_at=proven.ended_at,
    )
    assert [
        (r.key.indicator, r.key.subject, r.value) for r in readings_of(HERE, database, NOW)
    ] == [
        ("backup-age", "db", 2.0),
        ("drill-age", "db", 7190.0),
        ("restore-time", "db", 8.5),
    ]
    unproven = replace(database, drill=None, proven_at=None, restorable_at=None, newest=None)
    assert [(r.key.indicator, r.value, r.reason) for r in readings_of(HERE, unproven, NOW)] == [
        ("backup-age", None, "there is no backup yet"),
        ("drill-age", None, "no restore was rehearsed yet"),
    ]
    volume = replace(database, subject="uploads", kind=BackupKind.VOLUME, drill=None)
    assert [r.key.indicator for r in readings_of(HERE, volume, NOW)] == ["backup-age"]


def test_damage_that_a_verification_found_is_loud_until_one_finds_none() -> None:
    """The next hourly snapshot is added to a damaged repository as to a good one."""
    damaged = run(RunKind.VERIFY, RunState.FAILED, HOUR_S, problem="repository-damaged")
    redis = run(RunKind.REDIS, RunState.SUCCEEDED, 60)
    full = run(RunKind.FULL, RunState.SUCCEEDED, 2 * HOUR_S)
    assert wrong(facts(runs=(redis, damaged, full))) == {"repository-damaged": Level.IMMEDIATE}
    mended = run(RunKind.VERIFY, RunState.SUCCEEDED, 30)
    assert wrong(facts(runs=(mended, redis, damaged, full))) == {}


def test_what_has_just_come_is_not_missing_before_its_first_turn() -> None:
    new = Source(kind=BackupKind.VOLUME, subject="invoices")
    runs = (run(RunKind.FULL, RunState.SUCCEEDED, 8 * HOUR_S), *[run_of_last_month()])
    old = Source(kind=BackupKind.VOLUME, subject="uploads")
    assert wrong(facts(sources=(old, new), runs=runs)) == {}
    slept = (run(RunKind.FULL, RunState.SUCCEEDED, 30 * HOUR_S), run_of_last_month())
    assert wrong(facts(sources=(new,), runs=slept)) == {"backup-missed": Level.WARNING}


def run_of_last_month() -> BackupRun:
    return run(RunKind.FULL, RunState.SUCCEEDED, 30 * DAY_S)


def test_a_clock_that_was_wrong_for_an_hour_does_not_end_the_backups() -> None:
    ahead = NOW + 10 * 365 * DAY_S
    assert is_due("0 3 * * *", last=ahead, now=NOW, name=SEOUL)
    future = replace(backup(BackupKind.VOLUME, 0), began_at=ahead, ended_at=ahead)
    old = backup(BackupKind.VOLUME, 3 * DAY_S)
    assert wrong(facts(backups=(future, old))) == {
        "backup-missed": Level.URGENT,
        "backup-clock-behind": Level.WARNING,
    }


def test_a_volume_that_stays_keeps_the_copies_of_its_databases() -> None:
    """They are a moment older than it: each would have its time a run before its volume."""
    part = replace(backup(BackupKind.SQLITE, 30 * DAY_S + 60, "uploads/app.db"), id="part")
    whole = replace(backup(BackupKind.VOLUME, 30 * DAY_S - 60), facts={"sqlite": '{"a": "part"}'})
    later = backup(BackupKind.SQLITE, HOUR_S, "uploads/app.db")
    newest = backup(BackupKind.VOLUME, HOUR_S)
    settings = BackupSettings(timezone=SEOUL)
    daily = tuple(backup(BackupKind.BUCKET, day * DAY_S, "media") for day in range(30))
    found = (later, newest, whole, part, *daily)
    assert expired(found, settings, NOW) == ()
    gone = expired(found, settings, NOW + DAY_S)
    assert {item.id for item in gone} == {"part", whole.id}
