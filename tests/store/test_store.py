"""The store: invariants that the schema keeps, whoever writes."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from shipway.errors import Problem
from shipway.model.lifecycle import IllegalTransition, PlacementEvent, PlacementState, RolloutEvent
from shipway.model.names import EnvironmentId
from shipway.model.records import Commit, Project, Rollout
from shipway.model.said import Said
from shipway.model.workload import Artifact
from shipway.saga.journal import IllegalEntry, Mark
from shipway.store import database
from shipway.store.database import Database, migrations
from shipway.store.store import SqliteStore
from tests.support.clocks import HandClock
from tests.support.stored import begun

STAGING = EnvironmentId("shop", "staging")
PRODUCTION = EnvironmentId("shop", "production")
COMMIT = Commit(hash="a" * 40, subject="first", author="kim", at=1.0, ref="HEAD")


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    store = SqliteStore(tmp_path / "state.sqlite", HandClock(1000.0, tick=1))
    store.catalog.register(Project(name="shop", directory="/srv/shop"))
    store.catalog.add_environment(STAGING, "process")
    store.catalog.add_environment(PRODUCTION, "process")
    return store


def begin(store: SqliteStore, environment: EnvironmentId = STAGING) -> Rollout:
    return begun(store, environment)


def release(store: SqliteStore) -> int:
    rollout = begin(store)
    artifact = Artifact(service="api", kind="tree", reference="sha256:" + "b" * 64, name="api")
    made = store.catalog.add_release(
        project="shop",
        rollout=rollout.id,
        commit=COMMIT,
        artifacts={"api": artifact},
        created_by="kim",
    )
    store.rollouts.advance(rollout.id, RolloutEvent.SUCCEED)
    assert made.artifacts["api"] == artifact
    return made.number


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [number for number, _sql in migrations()] == list(range(1, len(migrations()) + 1))


def test_a_state_of_a_newer_shipway_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    Database(path).connection.execute("PRAGMA user_version = 999")
    with pytest.raises(Problem, match="newer Shipway"):
        Database(path)


def test_the_state_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    Database(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_rollout_of_an_environment_is_refused_and_names_the_first(
    store: SqliteStore,
) -> None:
    first = begin(store)
    with pytest.raises(Problem, match=f"rollout #{first.id}") as caught:
        begin(store)
    assert caught.value.kind == "environment-locked"
    assert begin(store, PRODUCTION).id != first.id


def test_of_many_at_once_exactly_one_gets_the_lock(store: SqliteStore) -> None:
    won: list[int] = []
    barrier = threading.Barrier(8)

    def try_it() -> None:
        barrier.wait()
        try:
            won.append(begin(store).id)
        except Problem:
            return

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(won) == 1


def test_the_lock_survives_its_owner_and_is_found_by_the_next(
    store: SqliteStore, tmp_path: Path
) -> None:
    rollout = begin(store)
    other = SqliteStore(tmp_path / "state.sqlite", HandClock(1000.0, tick=1))
    assert [item.id for item in other.rollouts.unfinished()] == [rollout.id]


def test_release_numbers_rise_and_a_repeated_build_finds_its_release(store: SqliteStore) -> None:
    assert [release(store), release(store)] == [1, 2]
    again = store.catalog.add_release(
        project="shop", rollout=1, commit=COMMIT, artifacts={}, created_by="kim"
    )
    assert again.number == 1
    assert len(store.catalog.releases("shop")) == 2


def test_a_release_cannot_be_changed_whoever_tries(store: SqliteStore) -> None:
    release(store)
    with pytest.raises(sqlite3.IntegrityError, match="immutable"):
        store.database.connection.execute("UPDATE release SET created_by = 'eve'")


def test_two_live_placements_in_one_environment_cannot_be(store: SqliteStore) -> None:
    for number in (release(store), release(store)):
        store.placements.place(STAGING, number, "f" * 64)
    store.placements.advance(STAGING, 1, PlacementEvent.GO_LIVE)
    with pytest.raises(sqlite3.IntegrityError):
        store.placements.advance(STAGING, 2, PlacementEvent.GO_LIVE)
    live = store.placements.live(STAGING)
    assert live is not None
    assert live.release == 1


def test_a_placement_goes_warm_stops_and_comes_back(store: SqliteStore) -> None:
    number = release(store)
    store.placements.place(STAGING, number, "f" * 64)
    store.placements.advance(STAGING, number, PlacementEvent.GO_LIVE)
    warm = store.placements.advance(STAGING, number, PlacementEvent.RETIRE, warm_until=5000.0)
    assert (warm.state, warm.warm_until) == (PlacementState.WARM, 5000.0)
    store.placements.advance(STAGING, number, PlacementEvent.STOP)
    with pytest.raises(IllegalTransition):
        store.placements.advance(STAGING, number, PlacementEvent.GO_LIVE)
    assert store.placements.place(STAGING, number, "f" * 64).state is PlacementState.STARTING


def test_jobs_are_remembered_per_release_and_environment(store: SqliteStore) -> None:
    number = release(store)
    store.placements.place(STAGING, number, "f" * 64)
    store.placements.job_done(STAGING, number, "migrate")
    store.placements.job_done(STAGING, number, "migrate")
    assert store.placements.jobs_since(STAGING, number, 0.0) == {"migrate"}
    assert not store.placements.jobs_since(STAGING, number, store.placements._clock.now())
    placement = store.placements.get(STAGING, number)
    assert placement is not None
    assert placement.jobs_done == ("migrate",)


def test_the_journal_on_disk_refuses_what_cannot_follow(store: SqliteStore) -> None:
    journal = store.journal(begin(store).id)
    journal.record("build", Mark.BEGUN)
    journal.record("build", Mark.DONE, output={"release": 1})
    with pytest.raises(IllegalEntry):
        journal.record("build", Mark.DONE)
    assert [entry.output for entry in journal.entries()] == [None, {"release": 1}]


def test_journal_and_audit_cannot_be_rewritten(store: SqliteStore) -> None:
    store.journal(begin(store).id).record("build", Mark.BEGUN)
    store.audit.add("kim", "deploy", STAGING, details={"rollout": 1})
    for statement, why in (
        ("UPDATE journal SET step = 'x'", "append-only"),
        ("UPDATE audit SET who = 'eve'", "append-only"),
        ("DELETE FROM audit", "kept"),
    ):
        with pytest.raises(sqlite3.IntegrityError, match=why):
            store.database.connection.execute(statement)
    (entry,) = store.audit.recent(project="shop")
    assert (entry.who, entry.action, entry.environment) == ("kim", "deploy", "staging")


def test_a_project_name_belongs_to_one_directory_until_it_is_moved(store: SqliteStore) -> None:
    """Two projects on one server never meet."""
    with pytest.raises(Problem, match="belongs to the project in /srv/shop"):
        store.catalog.register(Project(name="shop", directory="/home/kim/shop"))
    store.catalog.move("shop", "/home/kim/shop")
    store.catalog.register(Project(name="shop", directory="/home/kim/shop"))


def test_progress_is_numbered_bounded_and_read_from_anywhere(store: SqliteStore) -> None:
    rollout = begin(store).id
    store.rollouts.tell(rollout, [("build", "output", "x" * 9000), ("build", "note", "ok")])
    first, second = store.rollouts.told(rollout)
    assert (first.seq, len(first.text), second.text) == (1, 2000, "ok")
    assert store.rollouts.told(rollout, after=2) == ()
    store.rollouts.tell(rollout, [("build", "output", str(n)) for n in range(6000)])
    store.rollouts.tell(rollout, [("", "finished", "done")])
    told = store.rollouts.told(rollout)
    assert len(told) == 5001
    assert told[-1].text == "done"
    store.rollouts.tell(rollout, [("build", "note", Said("release r3", "릴리스 r3"))])
    (line,) = store.rollouts.told(rollout, after=told[-1].seq)
    assert (line.text, line.korean, told[-1].korean) == ("release r3", "릴리스 r3", "")


def test_what_is_remembered_holds_until_anybody_writes(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process' writes at once; another's when SQLite is asked, which is every second."""
    other = SqliteStore(tmp_path / "state.sqlite", HandClock(1000.0, tick=1))
    asked = 0

    def count() -> int:
        nonlocal asked
        asked += 1
        return asked

    def remembered() -> int:
        return store.database.remembered("count", count)

    monkeypatch.setattr(database, "OTHERS_S", 1e12)
    assert [remembered() for _ in range(3)] == [1, 1, 1]
    for number in (2, 3):
        store.catalog.add_environment(EnvironmentId("shop", f"preview-{number}"), "process")
        assert [remembered() for _ in range(2)] == [number, number]
    other.catalog.add_environment(EnvironmentId("shop", "preview-4"), "process")
    assert remembered() == 3
    monkeypatch.setattr(database, "OTHERS_S", 0.0)
    seen = remembered()
    assert [remembered() for _ in range(2)] == [seen, seen]
    other.catalog.add_environment(EnvironmentId("shop", "preview-5"), "process")
    assert [remembered() for _ in range(2)] == [seen + 1, seen + 1]
    assert store.catalog.environments() == other.catalog.environments()
    assert len(store.catalog.environments()) == 6


def test_a_transaction_reads_what_it_has_written_and_nobody_else_does(store: SqliteStore) -> None:
    seen: list[int] = []
    before = len(store.catalog.environments())
    with store.database.transaction() as connection:
        connection.execute("UPDATE environment SET gone = 1 WHERE name = 'staging'")
        assert len(store.catalog.environments()) == before - 1
        reader = threading.Thread(target=lambda: seen.append(len(store.catalog.environments())))
        reader.start()
        reader.join()
    assert seen == [before]
    assert len(store.catalog.environments()) == before - 1
