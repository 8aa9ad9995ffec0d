"""What is due, what has had its time, what is wrong: decided purely (R117, R119, R122, D13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shipway.backup.conditions import Facts, conditions
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
    gone = expired(found, settings, NOW)
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
    old = facts(backups=(backup(BackupKind.VOLUME, HOUR_S), backup(BackupKind.VOLUME, 20 * DAY_S)))
    assert wrong(old) == {"backup-unverified": Level.WARNING}
    read = run(RunKind.VERIFY, RunState.SUCCEEDED, DAY_S)
    good = run(RunKind.FULL, RunState.SUCCEEDED, HOUR_S)
    assert wrong(replace(old, runs=(good, read))) == {}


def test_a_failed_drill_is_the_loudest_and_a_missing_one_is_told() -> None:
    base = backup(BackupKind.BASE, 10 * DAY_S, "db")
    fresh = backup(BackupKind.BASE, HOUR_S, "db")
    source = Source(kind=BackupKind.BASE, subject="db")
    read = run(RunKind.VERIFY, RunState.SUCCEEDED, DAY_S)
    given = facts(sources=(source,), backups=(fresh, base), runs=(read,))
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
