"""Live checks against real PostgreSQL and Redis, each let in and refused.

R033, R068, R146, R171.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from shipway.checks.live import Scene
from shipway.engines.process import ProcessEngine
from shipway.model.evidence import Result
from shipway.model.workload import Health, Instance
from tests.checks.live.stage import (
    Cast,
    answering,
    as_json,
    page,
    playing,
    result,
    scene,
    service,
    store,
)
from tests.engines.conformance.support import eventually, new_project, only, seen
from tests.engines.conformance.support import scope as new_scope
from tests.engines.process.support import own_engine
from tests.engines.process.test_servers import postgres
from tests.support.running import eventually as soon
from tests.support.running import free_ports

GOOD = "0f9b7c31e6d84ab2"


@pytest.fixture(scope="module")
def engine() -> Iterator[ProcessEngine]:
    with own_engine() as made:
        yield made


@pytest.fixture(scope="module")
def weak(engine: ProcessEngine) -> Instance:
    """A PostgreSQL whose password is one of the first that everybody tries."""
    where = new_scope(new_project(), release=None)
    check = {"test": ["CMD-SHELL", "pg_isready -U board"], "interval": "1s"}
    work = postgres(engine, where, environment={"POSTGRES_PASSWORD": "admin123"}, healthcheck=check)
    engine.start(work)

    def healthy() -> Instance | None:
        found = only(seen(engine, where))
        return found if found.health is Health.HEALTHY else None

    return eventually(healthy)


def stage_of(instance: Instance, image: str, password: str, **variables: str) -> Scene:
    database = store(image, POSTGRES_USER="board", POSTGRES_DB="notes", POSTGRES_PASSWORD=password)
    api = service(environment=variables)
    cast = Cast(playing=[playing(database, address=instance.address), playing(api)])
    return scene(api, database, cast=cast)


def test_a_postgresql_with_a_default_password_and_one_without(weak: Instance) -> None:
    """R068: tried at the real server; then its password is changed, and none is let in."""
    stage = stage_of(weak, "postgres:16", "admin123")
    assert result("live.default-passwords", stage) == (
        Result.FAILED,
        "postgres lets in with 'admin123'",
    )
    url = f"postgresql://board:{{}}@{weak.address}:5432/notes"
    with psycopg.connect(url.format("admin123"), autocommit=True) as connection:
        connection.execute(f"ALTER ROLE board PASSWORD '{GOOD}'")
        try:
            assert result("live.default-passwords", stage) == (
                Result.PASSED,
                "refused by postgres",
            )
        finally:
            connection.execute("ALTER ROLE board PASSWORD 'admin123'")


def test_pgvector_where_the_image_promises_it(weak: Instance) -> None:
    """R033, D09: asked of pg_extension; a row is set by hand, where no such package is here."""
    stage = stage_of(weak, "pgvector/pgvector:pg16", "admin123")
    assert result("live.pgvector", stage) == (Result.FAILED, "pgvector has no extension vector")
    url = f"postgresql://board:admin123@{weak.address}:5432/notes"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET allow_system_table_mods = on")
        connection.execute(
            "INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable,"
            " extversion) SELECT 99999, 'vector', extowner, extnamespace, true, '0.8.0'"
            " FROM pg_extension WHERE extname = 'plpgsql'"
        )
        try:
            own = stage_of(
                weak,
                "pgvector/pgvector:pg16",
                "unused",
                DATABASE_URL="postgresql+psycopg://board:admin123@pgvector:5432/notes",
            )
            assert result("live.pgvector", own) == (Result.PASSED, "pgvector: 0.8.0")
        finally:
            connection.execute("DELETE FROM pg_extension WHERE extname = 'vector'")
    wrong = stage_of(weak, "pgvector/pgvector:pg16", "wrong")
    assert result("live.pgvector", wrong)[0] is Result.NOT_CHECKED
    assert result("live.pgvector", stage_of(weak, "postgres:16", "x"))[0] is Result.NOT_CHECKED


@contextmanager
def redis_server(*words: str) -> Iterator[int]:
    """Run a Redis that keeps nothing; yield its port."""
    (port,) = free_ports(1)
    program = shutil.which("redis-server") or "redis-server"
    argv = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", *words]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, cwd=Path("/tmp")) as process:  # noqa: S108
        try:
            import socket

            def listens() -> bool:
                with socket.socket() as probe:
                    return probe.connect_ex(("127.0.0.1", port)) == 0

            soon("Redis listens", listens)
            yield port
        finally:
            process.terminate()


@pytest.mark.parametrize(
    ("words", "outside", "expected"),
    [
        (("--requirepass", GOOD), (), Result.PASSED),
        (("--requirepass", "password"), (), Result.FAILED),
        ((), (), Result.PASSED),
        ((), ("127.0.0.1",), Result.FAILED),
    ],
    ids=["strong", "default", "none, but not to be reached", "none, and to be reached"],
)
def test_redis(words: tuple[str, ...], outside: tuple[str, ...], expected: Result) -> None:
    with redis_server(*words) as port:
        stage = scene(store("redis:7", port=port), outside=outside)
        assert result("live.default-passwords", stage)[0] is expected


def test_neo4j_by_its_http_api_on_a_stand_in() -> None:
    """R171: no Neo4j can be had here; the stand-in answers as its documentation says."""
    with answering(lambda *_: as_json({"results": [], "errors": []})) as port:
        assert result("live.default-passwords", scene(store("neo4j:5", port=port))) == (
            Result.FAILED,
            "neo4j lets in with 'neo4j'",
        )
    with answering(lambda *_: page("", 401)) as port:
        stage = scene(store("neo4j:5", port=port))
        assert result("live.default-passwords", stage)[0] is Result.PASSED


def test_minio_on_a_stand_in_that_speaks_s3() -> None:
    """R068: no MinIO can be had here; any S3 server that takes minioadmin is let through."""
    listing = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"
    with answering(lambda *_: (200, {"Content-Type": "application/xml"}, listing)) as port:
        stage = scene(store("minio/minio", port=port))
        assert result("live.default-passwords", stage)[0] is Result.FAILED
    denied = "<Error><Code>InvalidAccessKeyId</Code></Error>"
    with answering(lambda *_: (403, {"Content-Type": "application/xml"}, denied)) as port:
        stage = scene(store("minio/minio", port=port))
        assert result("live.default-passwords", stage)[0] is Result.PASSED


def test_without_a_store_nothing_is_tried() -> None:
    assert result("live.default-passwords", scene())[0] is Result.NOT_CHECKED
