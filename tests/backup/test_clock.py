"""A clock that jumps takes a part of what is kept, never all; a condition says so (R119)."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.backup.ages import ages, step_for
from shipway.backup.conditions.clock import clock
from shipway.backup.conditions.facts import Facts
from shipway.backup.postgres.catalogue import Catalogue
from shipway.backup.postgres.pruning import prune
from shipway.backup.retention import expired
from shipway.backup.schedule import longest_wait
from shipway.model.backup import Backup, BackupKind, RestoreTarget
from shipway.model.backup_settings import DAY_S, BackupSettings
from tests.backup.test_earlier import HERE, database
from tests.backup.test_pruning import EPOCH, NOW, saved, segments_of
from tests.support.directory_repository import DirectoryRepository

YEAR_S = 365 * DAY_S


def volume(day: float, identifier: str = "") -> Backup:
    return Backup(
        id=identifier or f"{day:012.3f}",
        environment=HERE,
        subject="uploads",
        kind=BackupKind.VOLUME,
        began_at=NOW - day * DAY_S,
        ended_at=NOW - day * DAY_S,
        bytes=1,
    )


def test_a_clock_a_year_ahead_removes_a_quarter_at_most() -> None:
    """Daily backups of 30 days; then the clock jumps and the next one is made."""
    found = [volume(day) for day in range(30)]
    jumped = NOW + YEAR_S
    ahead = replace(volume(0, "ahead"), began_at=jumped, ended_at=jumped)
    gone = expired([ahead, *found], BackupSettings(), jumped)
    assert len(gone) == 7
    assert {item.ended_at for item in gone} == {NOW - day * DAY_S for day in range(23, 30)}

    # set right again: what was made meanwhile counts for nothing
    assert expired([ahead, *found], BackupSettings(), NOW + DAY_S) == ()


def test_time_that_passes_in_small_steps_counts_as_it_always_did() -> None:
    found = [volume(day) for day in range(60)]
    gone = expired(found, BackupSettings(), NOW)
    assert {item.ended_at for item in gone} == {NOW - day * DAY_S for day in range(31, 60)}


@given(
    st.lists(st.floats(0.0, 200.0), min_size=1, max_size=40),
    st.floats(1.0, 5000.0),
)
def test_no_jump_makes_anything_older_than_by_one_step(days: list[float], jump: float) -> None:
    moments, step_s = [NOW - day * DAY_S for day in days], 7 * DAY_S
    before, after = (ages(moments, NOW + ahead * DAY_S, step_s=step_s) for ahead in (0.0, jump))
    for moment in moments:
        assert before(moment) <= after(moment) <= before(moment) + step_s + 1
        assert after(moment) <= NOW + jump * DAY_S - moment + 1
    ordered = sorted(set(moments))
    assert [after(one) for one in ordered] == sorted((after(one) for one in ordered), reverse=True)


@pytest.mark.parametrize(
    ("cron", "days"), [("0 3 * * *", 1), ("0 3 * * 0", 7), ("0 3 * * 1-5", 3), ("", 0)]
)
def test_the_longest_wait_of_a_schedule_is_what_its_own_pause_takes(cron: str, days: float) -> None:
    assert longest_wait(cron, NOW, "Asia/Seoul") == pytest.approx(days * DAY_S)
    assert step_for(DAY_S, cron=cron, zone="UTC", now=NOW) >= 1.5 * days * DAY_S


def test_bases_and_their_log_survive_a_clock_a_year_ahead(tmp_path: Path) -> None:
    """The window of the log goes back from the last true moment, shortened by a quarter."""
    repository = DirectoryRepository(tmp_path / "repository")
    repository.put_object("pg/db/epoch/e1", json.dumps(asdict(EPOCH)).encode())
    tree = tmp_path / "tree"
    tree.mkdir()
    ids = {day: saved(repository, tree, day) for day in range(31, 51)}  # the last at NOW
    catalogue = Catalogue(repository=repository, database=database(1))
    before = segments_of(repository)
    assert prune(catalogue, BackupSettings(), NOW).bases == ()
    right = segments_of(repository)
    assert prune(catalogue, BackupSettings(), NOW + YEAR_S).bases == ()
    left = segments_of(repository)
    assert right < before
    assert len(right - left) <= 2 * 4, "the log of two days, not of all but the newest base"
    assert catalogue.choose(RestoreTarget(), NOW).backup.id == ids[50]


def test_a_base_that_a_wrong_clock_has_dated_ahead_is_not_the_latest(tmp_path: Path) -> None:
    repository = DirectoryRepository(tmp_path / "repository")
    repository.put_object("pg/db/epoch/e1", json.dumps(asdict(EPOCH)).encode())
    tree = tmp_path / "tree"
    tree.mkdir()
    saved(repository, tree, 50 + 365)
    right = saved(repository, tree, 50)
    catalogue = Catalogue(repository=repository, database=database(1))
    assert catalogue.choose(RestoreTarget(), NOW + 60).backup.id == right


def told(backups: list[Backup], now: float) -> dict[str, float | None]:
    facts = Facts(
        environment=HERE, settings=BackupSettings(), sources=(), runs=(), backups=tuple(backups),
        drills=(), now=now,
    )  # fmt: skip
    return {item.id: item.figure for item in clock(facts)}


def test_a_jump_and_a_time_that_has_not_come_are_conditions_with_their_figures() -> None:
    found = [volume(day) for day in range(30)]
    assert told(found, NOW + 3600) == {}
    assert told(found, NOW + YEAR_S) == {"backup-clock-jumped": YEAR_S}
    jumped = NOW + YEAR_S
    ahead = replace(volume(0, "ahead"), began_at=jumped, ended_at=jumped)
    assert told([ahead, *found], jumped + DAY_S) == {"backup-clock-jumped": YEAR_S}
    assert told([ahead, *found], jumped + 4 * DAY_S) == {}, "what has been known for days"
    assert told([ahead, *found], NOW) == {"backup-clock-behind": YEAR_S}
