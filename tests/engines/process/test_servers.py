"""PostgreSQL and Redis from this machine's programs keep their images' contracts."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shipway.engines.process import ProcessEngine
from shipway.errors import Problem
from shipway.model.names import Scope
from shipway.model.workload import (
    Artifact,
    Health,
    Instance,
    InstanceState,
    Role,
    SecretMap,
    Workload,
)
from shipway.ports import BuildRequest
from tests.engines.conformance.support import eventually, new_project, only, scope, seen
from tests.engines.process.support import own_engine

PASSWORD = "hunter2"


@pytest.fixture(scope="module")
def engine() -> Iterator[ProcessEngine]:
    with own_engine() as made:
        yield made


def fetched(engine: ProcessEngine, image: str) -> Artifact:
    request = BuildRequest(
        project="servers",
        service="db",
        commit="2" * 40,
        source=Path("/"),
        definition={"image": image},
    )
    return engine.build(request, output=print)


def server(
    engine: ProcessEngine,
    where: Scope,
    image: str,
    target: str,
    *,
    environment: dict[str, str] | None = None,
    **definition: Any,
) -> Workload:
    mount = {"type": "volume", "source": "data", "target": target}
    extra = definition.pop("volumes", [])
    return Workload(
        scope=where,
        service="db",
        role=Role.STATEFUL,
        artifact=fetched(engine, image),
        environment=SecretMap(environment),
        definition={"image": image, "volumes": [mount, *extra], **definition},
        volumes={"data": {"name": "x_data"}},
    )


def postgres(engine: ProcessEngine, where: Scope, **definition: Any) -> Workload:
    environment = {
        "POSTGRES_USER": "board",
        "POSTGRES_PASSWORD": PASSWORD,
        "POSTGRES_DB": "notes",
        **definition.pop("environment", {}),
    }
    return server(
        engine,
        where,
        "postgres:15-alpine",
        "/var/lib/postgresql/data",
        environment=environment,
        **definition,
    )


def healthy(engine: ProcessEngine, where: Scope) -> Instance:
    def found() -> Instance | None:
        instance = only(seen(engine, where))
        if instance.state is InstanceState.EXITED:
            pytest.fail(f"it has ended: {[*engine.logs(instance, tail=5)]}")
        return instance if instance.health is Health.HEALTHY else None

    return eventually(found)


def inside(engine: ProcessEngine, instance: Instance, *argv: str) -> str:
    """Run a command as `shipway exec` would."""
    full = engine.exec_argv(instance, argv, tty=False)
    done = subprocess.run(full, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def from_outside(instance: Instance, sql: str, password: str = PASSWORD) -> str:
    """Ask over TCP, as the application does."""
    psql = subprocess.run(
        ["psql", f"postgresql://board@{instance.address}:5432/notes", "-Atc", sql],
        env={**os.environ, "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "5"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return (psql.stdout or psql.stderr).strip()


def test_postgres_is_initialised_once_and_keeps_its_data_and_its_password(
    engine: ProcessEngine, tmp_path: Path
) -> None:
    """R082, R083: the database an application expects, from its Compose lines alone."""
    (tmp_path / "10-table.sql").write_text("CREATE TABLE note (text text);\n")
    (tmp_path / "20-row.sh").write_text(
        'psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"'
        " -c \"INSERT INTO note VALUES ('from a script')\"\n"
    )
    where = scope(new_project(), release=None)
    mount = {"type": "bind", "source": str(tmp_path), "target": "/docker-entrypoint-initdb.d"}
    work = postgres(
        engine,
        where,
        volumes=[mount],
        command=["postgres", "-c", "max_connections=33"],
        healthcheck={"test": ["CMD-SHELL", "pg_isready -U board"], "interval": "10s"},
    )
    engine.start(work)
    first = healthy(engine, where)
    assert from_outside(first, "SELECT text FROM note") == "from a script"
    assert from_outside(first, "SHOW max_connections") == "33"
    assert "password authentication failed" in from_outside(first, "SELECT 1", "wrong")
    assert inside(engine, first, "psql", "-Atc", "SELECT current_user") == "board"
    engine.stop([first])
    stopped = only(seen(engine, where))
    assert (stopped.state, stopped.exit_code) == (InstanceState.EXITED, 0)
    engine.remove(where)
    engine.start(work)
    second = healthy(engine, where)
    assert from_outside(second, "SELECT count(*) FROM note") == "1"
    assert [line for line in engine.logs(second) if "running 10-table.sql" in line.text] == []


def test_a_killed_postgres_recovers_and_does_not_lose_what_was_committed(
    engine: ProcessEngine,
) -> None:
    where = scope(new_project(), release=None)
    engine.start(postgres(engine, where, restart="unless-stopped"))
    first = healthy(engine, where)
    from_outside(first, "CREATE TABLE t AS SELECT 1 AS n")
    pid = int(inside(engine, first, "sh", "-c", 'head -1 "$SHIPWAY_PG_DATA/postmaster.pid"'))
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: only(seen(engine, where)).restarts == 1)
    second = healthy(engine, where)
    assert from_outside(second, "SELECT n FROM t") == "1"
    assert second.address == first.address


def test_an_initialisation_that_was_cut_short_is_done_again(engine: ProcessEngine) -> None:
    where = scope(new_project(), release=None)
    work = postgres(engine, where)
    engine.create(work)
    volume = engine.layout.volume(where.environment, "data")
    left = volume / "data.init"
    left.mkdir()
    os.chown(left, volume.stat().st_uid, volume.stat().st_gid)
    (left / "PG_VERSION").write_text("15\n")
    engine.start(work)
    assert from_outside(healthy(engine, where), "SELECT 1") == "1"
    assert [path.name for path in volume.iterdir()] == ["data"]


def test_postgres_without_a_password_says_so_and_ends(engine: ProcessEngine) -> None:
    where = scope(new_project(), release=None)
    work = postgres(engine, where, environment={"POSTGRES_PASSWORD": ""})
    instance = only(engine.start(work))
    assert eventually(lambda: only(seen(engine, where)).state is InstanceState.EXITED)
    assert "POSTGRES_PASSWORD is not set" in [*engine.logs(instance)][-1].text


def test_redis_honours_its_command_and_keeps_its_data(engine: ProcessEngine) -> None:
    """R030: maxmemory and policy as the Compose file says."""
    where = scope(new_project(), release=None)
    work = server(
        engine,
        where,
        "redis:7-alpine",
        "/data",
        environment={"PASSWORD": PASSWORD},
        command=[
            "sh",
            "-c",
            'redis-server --appendonly yes --maxmemory 64mb --requirepass "$PASSWORD"',
        ],
    )
    engine.start(work)
    first = healthy(engine, where)
    login = ("redis-cli", "--no-auth-warning", "-a", PASSWORD)
    assert inside(engine, first, *login, "set", "a", "b") == "OK"
    assert inside(engine, first, *login, "config", "get", "maxmemory").endswith("67108864")
    assert "NOAUTH" in inside(engine, first, "redis-cli", "get", "a")
    engine.remove(where)
    engine.start(work)
    assert inside(engine, healthy(engine, where), *login, "get", "a") == "b"


def test_an_image_that_no_program_stands_in_for_is_named(engine: ProcessEngine) -> None:
    with pytest.raises(Problem) as caught:
        fetched(engine, "minio/minio:latest")
    assert caught.value.kind == "engine-cannot-run"
    assert "minio/minio:latest" in caught.value.message
    assert any("docker" in hint for hint in caught.value.hints)


def test_a_difference_of_versions_is_told(engine: ProcessEngine) -> None:
    where = scope(new_project(), release=None)
    work = server(engine, where, "postgres:9-alpine", "/var/lib/postgresql/data")
    assert any("version 9" in note for note in engine.review(work))
