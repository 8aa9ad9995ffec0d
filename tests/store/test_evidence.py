"""Evidence: append-only, the newest of each check findable and never lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from shipway.model.evidence import Evidence, Result, artifacts_mark
from shipway.model.names import EnvironmentId
from shipway.model.records import Commit, Project
from shipway.model.words import Words
from shipway.model.workload import Artifact
from shipway.store.store import SqliteStore
from tests.support.clocks import WakefulClock
from tests.support.stored import begun

STAGING = EnvironmentId("shop", "staging")
PRODUCTION = EnvironmentId("shop", "production")
SAYS = Words("4 ports, all as declared", "포트 4개, 모두 선언대로")
ONE, TWO = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    store = SqliteStore(tmp_path / "state.sqlite", WakefulClock(1000.0))
    store.catalog.register(Project(name="shop", directory="/srv/shop"))
    store.catalog.add_environment(STAGING, "process")
    store.catalog.add_environment(PRODUCTION, "process")
    return store


def seen(
    *,
    check: str = "live.ports",
    result: Result = Result.PASSED,
    at: float = 10.0,
    environment: EnvironmentId | None = STAGING,
    subject: str = "",
    release: int | None = None,
    artifacts: str | None = None,
) -> Evidence:
    return Evidence(
        check=check,
        result=result,
        at=at,
        project="shop",
        environment=environment,
        subject=subject,
        says=SAYS,
        release=release,
        artifacts=artifacts,
        figures={"ports": [4400], "seconds": 0.25},
    )


def attested(check: str = "live.ports", *, until: float, at: float = 10.0) -> Evidence:
    return Evidence(
        check=check,
        result=Result.ATTESTED,
        at=at,
        project="shop",
        environment=STAGING,
        says=Words("the key was read aloud", "키를 소리 내어 읽었음"),
        by="Mina",
        until=until,
    )


def add_release(store: SqliteStore) -> int:
    rollout = begun(store, STAGING)
    commit = Commit(hash="a" * 40, subject="first", author="kim", at=1.0, ref="HEAD")
    return store.catalog.add_release(
        project="shop", rollout=rollout.id, commit=commit, artifacts={}, created_by="kim"
    ).number


def test_what_is_stored_is_what_is_read(store: SqliteStore) -> None:
    evidence = seen(release=add_release(store), artifacts=ONE)
    word = attested(until=99.0)
    store.evidence.add([evidence, word])
    assert store.evidence.history("shop", STAGING, "live.ports") == (word, evidence)


def test_the_newest_of_each_check_and_subject_is_found(store: SqliteStore) -> None:
    old = seen(result=Result.FAILED, at=1)
    new = seen(at=2)
    volume = seen(check="backup.drill", subject="data")
    other = seen(check="backup.drill", subject="uploads")
    files = seen(check="compose.loads", environment=None)
    store.evidence.add([old, new, volume, other, files, seen(environment=PRODUCTION)])
    assert store.evidence.latest("shop", STAGING) == (volume, other, new)
    assert store.evidence.latest("shop", STAGING, check="backup") == (volume, other)
    assert store.evidence.latest("shop", STAGING, check="backup.drill") == (volume, other)
    assert store.evidence.latest("shop", STAGING, check="back") == ()
    assert store.evidence.latest("shop", None) == (files,)


def test_evidence_is_found_by_exactly_the_artifacts_that_were_looked_at(
    store: SqliteStore,
) -> None:
    number = add_release(store)
    first = seen(release=number, artifacts=ONE, at=1)
    store.evidence.add([first, seen(release=number, artifacts=TWO, at=2)])
    assert store.evidence.latest("shop", STAGING, artifacts=ONE) == (first,)
    assert store.evidence.latest("shop", PRODUCTION, artifacts=ONE) == ()


def test_a_persons_word_is_found_until_its_end_also_after_later_looks(store: SqliteStore) -> None:
    word = attested(until=50.0)
    store.evidence.add([word, seen(result=Result.NOT_CHECKED, at=20)])
    assert store.evidence.attested("shop", STAGING, now=50.0) == (word,)
    assert store.evidence.attested("shop", STAGING, now=50.5) == ()
    assert word.holds_at(50.0)
    assert not word.holds_at(50.5)


def test_old_evidence_goes_but_never_the_newest_of_a_check(store: SqliteStore) -> None:
    for at in range(1, 6):
        store.evidence.add([seen(at=at)])
    only = seen(check="live.clock", at=1)
    store.evidence.add([only])
    assert store.evidence.prune(now=1000.0, kept_s=997.0) == 2
    assert [item.at for item in store.evidence.history("shop", STAGING, "live.ports")] == [5, 4, 3]
    assert store.evidence.prune(now=1000.0, kept_each=2) == 1
    assert store.evidence.prune(now=1e9) == 1
    assert store.evidence.latest("shop", STAGING) == (only, seen(at=5))


def test_the_schema_refuses_to_change_or_lose_evidence(store: SqliteStore) -> None:
    store.evidence.add([seen()])
    connection = store.database.connection
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE evidence SET result = 'failed'")
    with pytest.raises(sqlite3.IntegrityError, match="kept"):
        connection.execute("DELETE FROM evidence")


def test_the_schema_refuses_a_word_without_an_end_and_a_release_without_digests(
    store: SqliteStore,
) -> None:
    insert = (
        "INSERT INTO evidence (project, environment, check_id, result, at, says_en, says_ko,"
        " figures_json, by, until, release) VALUES ('shop', 'staging', 'x.y', ?, 1, '', '', '{}',"
        " ?, ?, ?)"
    )
    number = add_release(store)
    for values in (
        ("attested", None, 5.0, None),
        ("attested", "Mina", None, None),
        ("passed", "Mina", 5.0, None),
        ("passed", None, None, number),
        ("good", None, None, None),
    ):
        with pytest.raises(sqlite3.IntegrityError):
            store.database.connection.execute(insert, values)


def test_evidence_of_an_environment_that_is_not_known_is_refused_whole(store: SqliteStore) -> None:
    strange = seen(environment=EnvironmentId("shop", "nowhere"))
    with pytest.raises(sqlite3.IntegrityError):
        store.evidence.add([seen(), strange])
    assert store.evidence.latest("shop", STAGING) == ()


def test_the_mark_of_artifacts_tells_digests_and_services_apart() -> None:
    def made(**references: str) -> str:
        return artifacts_mark(
            {
                name: Artifact(service=name, kind="image", reference=reference, name=name)
                for name, reference in references.items()
            }
        )

    assert made(api=ONE, web=TWO) == made(web=TWO, api=ONE)
    assert made(api=ONE, web=TWO) != made(api=TWO, web=ONE)
    assert made(api=ONE) != made(api=ONE, web=TWO)


def test_what_is_attested_needs_a_person_and_an_end() -> None:
    with pytest.raises(ValueError, match="person"):
        Evidence(check="x.y", result=Result.ATTESTED, at=1, project="shop", says=SAYS)
    with pytest.raises(ValueError, match="no environment of"):
        Evidence(
            check="x.y",
            result=Result.PASSED,
            at=1,
            project="other",
            environment=STAGING,
            says=SAYS,
        )
