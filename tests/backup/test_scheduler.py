"""The daemon begins what is due, once, and one at a time (R122); the store is the real one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from shipway.backup.conditions.overall import recent_runs
from shipway.backup.ground import Ground
from shipway.backup.recover import MARKS
from shipway.backup.run import RunRequest
from shipway.backup.runner import Runner
from shipway.backup.scheduler import Scheduler
from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.backup_run import BackupRun, Part, RunKind, RunState
from shipway.model.names import EnvironmentId
from shipway.store.store import SqliteStore
from tests.backup.test_rules import at
from tests.backup.test_sources import application
from tests.support.clocks import HandClock

PRODUCTION = EnvironmentId("shop", "production")
STAGING = EnvironmentId("shop", "staging")
HOUR_S = 3600.0


@dataclass
class Catalog:
    """Two environments."""

    def environments(self) -> tuple[tuple[EnvironmentId, str], ...]:
        return ((PRODUCTION, "process"), (STAGING, "process"))


@dataclass
class World:
    """What the scheduler looks at, and a runner that ends each run at once."""

    store: SqliteStore
    clock: HandClock
    ground: Ground
    state: RunState | None = RunState.SUCCEEDED
    busy: bool = False
    began: list[tuple[str, RunKind]] = field(default_factory=list)
    since: float | None = None

    def start(self, request: RunRequest) -> BackupRun:
        run = self.store.backup_runs.begin(request.environment, request.kind, request.who)
        self.began.append((request.environment.name, request.kind))
        self.since = request.since
        return run if self.state is None else self.store.backup_runs.end(run.id, self.state)

    def look(self) -> list[tuple[str, RunKind]]:
        """Return what a look begins."""
        self.began.clear()
        runner = cast("Runner", self)
        Scheduler(self.ground, runner, lambda _environment: self.busy).look()
        return list(self.began)

    def settled(self) -> None:
        """Look until nothing is due any more."""
        while self.look():
            pass


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return production and staging of a project with a database, Redis and uploads."""
    (tmp_path / "app").mkdir()
    told = "backup: {timezone: Asia/Seoul}"
    apps: dict[EnvironmentId, Application] = {
        one: application(tmp_path / "app", told, environment=one.name)
        for one in (PRODUCTION, STAGING)
    }
    clock = HandClock(at("2026-11-21 12:10"))
    store = SqliteStore(tmp_path / "state.sqlite", clock)
    nothing = cast("Any", None)
    ground = Ground(
        home=tmp_path,
        clock=clock,
        catalog=cast("Any", Catalog()),
        application=apps.get,
        kit=nothing,
        repositories=nothing,
        records=store.backups,
        runs=store.backup_runs,
        secrets=nothing,
        bucket=nothing,
    )
    return World(store=store, clock=clock, ground=ground)


def test_the_first_backup_does_not_wait_for_three_in_the_morning(world: World) -> None:
    assert world.look() == [("production", RunKind.FULL)]
    assert world.look() == []


def test_nothing_begins_while_a_rollout_runs(world: World) -> None:
    world.busy = True
    assert world.look() == []


def test_one_run_at_a_time(world: World) -> None:
    world.state = None
    assert world.look() == [("production", RunKind.FULL)]
    assert world.look() == []
    with pytest.raises(Problem) as caught:
        world.store.backup_runs.begin(PRODUCTION, RunKind.REDIS, "kim")
    assert caught.value.kind == "backup-runs"
    assert world.store.backup_runs.begin(STAGING, RunKind.FULL, "kim").state is RunState.RUNNING


def test_redis_is_saved_every_hour_and_all_of_it_every_day(world: World) -> None:
    world.settled()
    world.clock.at = at("2026-11-21 13:00") + 1
    assert world.look() == [("production", RunKind.REDIS)]
    assert world.look() == []
    world.clock.at = at("2026-11-22 03:00") + 1
    assert world.look() == [("production", RunKind.FULL)]
    assert world.look() == []  # which saved Redis too


def test_what_a_machine_slept_through_is_made_up_for_once(world: World) -> None:
    world.settled()
    world.clock.at += 5 * 24 * HOUR_S
    begun = [*world.look(), *world.look(), *world.look(), *world.look()]
    assert begun.count(("production", RunKind.FULL)) == 1
    assert ("production", RunKind.VERIFY) in begun


def test_what_has_been_saved_since_the_slot_need_not_be_saved_again(world: World) -> None:
    """Where one part fails all day, a base backup of a large database is not made each time."""
    world.look()
    assert world.since == at("2026-11-21 03:00")
    world.clock.at = at("2026-11-22 03:00") + 1
    world.state = RunState.FAILED
    world.settled()
    world.clock.at += HOUR_S
    assert ("production", RunKind.FULL) in world.look()
    assert world.since == at("2026-11-22 03:00")


def test_a_run_that_its_daemon_did_not_live_to_end_is_repeated_at_once(world: World) -> None:
    world.state = None
    world.look()
    assert world.store.backup_runs.interrupt_all() == 1
    assert world.store.backup_runs.interrupt_all() == 0
    world.state = RunState.SUCCEEDED
    assert world.store.backup_runs.recent(PRODUCTION)[0].state is RunState.INTERRUPTED
    assert world.look() == [("production", RunKind.FULL)]


def test_a_recovered_environment_waits_for_its_data(world: World) -> None:
    mark = world.ground.folder / MARKS / "shop.production"
    mark.parent.mkdir(parents=True)
    mark.write_text("{}")
    assert world.look() == []
    mark.unlink()
    assert world.look() == [("production", RunKind.FULL)]


def test_a_part_without_a_backup_says_why(world: World) -> None:
    run = world.store.backup_runs.begin(PRODUCTION, RunKind.FULL, "kim")
    silent = Part(subject="uploads", kind="volume", began_at=1.0, ended_at=2.0)
    with pytest.raises(Exception, match="CHECK"):
        world.store.backup_runs.add_part(run.id, silent)
    ended = world.store.backup_runs.end(run.id, RunState.FAILED, Problem("x-y", "it failed."))
    assert ended.problem is not None
    again = world.store.backup_runs.end(run.id, RunState.SUCCEEDED)
    assert again.state is RunState.FAILED  # what has ended stays as it ended


def test_an_hourly_run_hides_neither_the_weekly_one_nor_what_it_found(world: World) -> None:
    runs = world.store.backup_runs
    verify = runs.begin(PRODUCTION, RunKind.VERIFY, "test")
    runs.end(verify.id, RunState.SUCCEEDED)
    for _hour in range(80):
        runs.end(runs.begin(PRODUCTION, RunKind.REDIS, "test").id, RunState.SUCCEEDED)
    found = recent_runs(world.ground, PRODUCTION)
    assert verify.id in {run.id for run in found}
    assert [run.id for run in found] == sorted((run.id for run in found), reverse=True)
