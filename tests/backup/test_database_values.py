"""Which base is chosen, which rows are wrong: pure decisions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shipway.backup.postgres.base import refuse_without_room
from shipway.backup.postgres.choose import choose
from shipway.backup.postgres.counts import Bounds, bounds, differences
from shipway.backup.postgres.epoch import Epoch
from shipway.backup.postgres.recovery import render, settings_for
from shipway.backup.postgres.rehearsals import evidence_of
from shipway.backup.postgres.segments import SEGMENT_BYTES
from shipway.errors import Problem
from shipway.model.backup import (
    Backup,
    BackupKind,
    Drill,
    DrillCheck,
    RestorePoint,
    RestoreTarget,
)
from shipway.model.evidence import Result
from shipway.model.generation import copy_beside, on_generation
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Role, SecretMap, Workload
from tests.backup.test_earlier import database

GB = 10**9
WHERE = EnvironmentId("shop", "production")
E1 = Epoch(
    name="e1",
    service="db",
    system="7",
    timeline=1,
    began_at=0.0,
    segment_bytes=SEGMENT_BYTES,
    version=15,
)
E2 = replace(E1, name="e2", timeline=2, began_at=5000.0)


def base(identifier: str, at: float, segment: int, epoch: str = "e1") -> Backup:
    return Backup(
        id=identifier,
        environment=WHERE,
        subject="db",
        kind=BackupKind.BASE,
        began_at=at,
        ended_at=at,
        bytes=1,
        facts={
            "epoch": epoch,
            "start": f"0/{segment * SEGMENT_BYTES:X}",
            "end": f"0/{segment * SEGMENT_BYTES + 5000:X}",
        },
    )


def chosen(target: RestoreTarget, *, points: tuple[RestorePoint, ...] = ()) -> str:
    bases = [base("a", 100, 2), base("b", 200, 10), base("c", 6000, 3, "e2")]
    return choose(target, bases, [E1, E2], points, where="here", now=9000).backup.id


def test_the_newest_base_before_the_moment_is_chosen() -> None:
    assert chosen(RestoreTarget()) == "c"
    assert chosen(RestoreTarget(at=199)) == "a"
    assert chosen(RestoreTarget(at=200)) == "b"
    assert chosen(RestoreTarget(at=5500)) == "b"
    assert chosen(RestoreTarget(at=6001)) == "c"


@pytest.mark.parametrize(("at", "kind"), [(50, "not-covered"), (9001, "invalid-target")])
def test_a_moment_before_the_first_base_or_to_come_is_refused(at: float, kind: str) -> None:
    with pytest.raises(Problem) as caught:
        chosen(RestoreTarget(at=at))
    assert caught.value.kind == kind


def test_a_point_is_reached_from_a_base_of_its_own_stretch_before_it() -> None:
    point = RestorePoint(
        environment=WHERE,
        service="db",
        name="before-r2.7",
        at=150,
        epoch="e1",
        position=f"0/{5 * SEGMENT_BYTES:X}",
    )
    assert chosen(RestoreTarget(point="before-r2.7"), points=(point,)) == "a"
    early = replace(point, position="0/100")
    with pytest.raises(Problem) as caught:
        chosen(RestoreTarget(point="before-r2.7"), points=(early,))
    assert caught.value.kind == "not-covered"
    with pytest.raises(Problem) as caught:
        chosen(RestoreTarget(point="unknown"), points=(point,))
    assert "before-r2.7" in caught.value.message


def test_rows_of_a_quiet_table_are_exact_and_those_of_a_busy_one_within_its_changes() -> None:
    """R123: a zeroed page costs a busy append-only table its rows too."""
    found = bounds(
        {"quiet": 500, "busy": 100_000, "queue": 10},
        {"quiet": 500, "busy": 100_050, "queue": 10},
        {"busy": (0, 0), "queue": (5, 5)},
        {"busy": (50, 0), "queue": (9, 9)},
    )
    assert found["quiet"] == Bounds(low=500, high=500)
    assert found["busy"] == Bounds(low=100_000, high=100_050)
    assert found["queue"] == Bounds(low=6, high=14)
    assert differences({"quiet": 500, "busy": 100_010, "queue": 12}, found) == ()
    told = differences({"quiet": 439, "busy": 99_989}, found)
    assert [line.split()[0] for line in told] == ["busy", "queue", "quiet"]


def test_only_the_target_that_is_meant_is_set() -> None:
    """PostgreSQL takes an empty second target for a second target."""
    assert "recovery_target_time" not in settings_for(RestoreTarget(point="x"))
    assert "recovery_target_name" not in settings_for(RestoreTarget(at=1.0))
    text = render(settings_for(RestoreTarget(point="it's")))
    assert "recovery_target_name = 'it''s'" in text


def test_a_generation_is_a_volume_of_its_own_and_a_copy_takes_nothing_that_is_unique() -> None:
    workload = Workload(
        scope=Scope(WHERE),
        service="db",
        role=Role.STATEFUL,
        artifact=Artifact(service="db", kind="image", reference="sha256:1", name="postgres:15"),
        definition={
            "image": "postgres:15",
            "container_name": "db",
            "ports": [{"target": 5432, "published": "5432"}],
            "networks": {"default": {"aliases": ["database"]}},
            "volumes": [
                {"type": "volume", "source": "pgdata", "target": "/var/lib/postgresql/data"},
                {"type": "bind", "source": "/x", "target": "/docker-entrypoint-initdb.d"},
            ],
        },
        environment=SecretMap({"POSTGRES_PASSWORD": "x"}),
        volumes={"pgdata": {"name": "shop_pgdata", "external": True}},
    )
    assert on_generation(workload, 1) is workload
    later = on_generation(workload, 17)
    sources = [mount["source"] for mount in later.definition["volumes"]]
    assert sources == ["/x", "pgdata.g17"]
    assert later.volumes["pgdata.g17"] == {}  # ours, though the first one is external
    copy = copy_beside(workload, "db.drill", "drill")
    assert not {"container_name", "ports"} & set(copy.definition)
    assert copy.definition["networks"] == {"default": None}
    assert copy.definition["restart"] == "no"


def test_a_drill_that_looked_at_nothing_has_not_passed_and_its_evidence_says_so() -> None:
    drill = Drill(
        environment=WHERE,
        subject="db",
        backup="0123456789",
        began_at=1,
        ended_at=2,
        rto_s=None,
        rpo_s=None,
        checks=(),
    )
    assert not drill.passed
    assert evidence_of(drill).result is Result.FAILED
    good = replace(drill, rto_s=8.0, checks=(DrillCheck(name="rows", passed=True, says="5"),))
    assert evidence_of(good).result is Result.PASSED
    assert "8.0 s" in evidence_of(good).says.en


def test_a_base_backup_leaves_the_database_the_room_that_it_writes_into() -> None:
    """A copy of the cluster lies on the same disk for a while; a full one ends the server."""
    whole = database(1)
    refuse_without_room(whole, 10 * GB, free=12 * GB, total=100 * GB)
    refuse_without_room(whole, 0, free=2 * 1024**2, total=16 * 1024**2)
    with pytest.raises(Problem) as caught:
        refuse_without_room(whole, 10 * GB, free=11 * GB, total=100 * GB)
    assert caught.value.kind == "disk-full"
    assert "11.0 GB" in caught.value.message
