"""Live checks against real PostgreSQL and Redis, each let in and refused.

R033, R068, R146, R171.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from shipway.checks.live import Scene
from shipway.engines.process import ProcessEngine
from shipway.model.application import Job
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


def migrations(folder: Path, **files: str) -> Path:
    """Write migrations as Prisma keeps them, by name."""
    for name, text in files.items():
        path = folder / "apps" / "server" / "prisma" / "migrations" / name / "migration.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


PRISMA_TABLE = """CREATE TABLE chat."_prisma_migrations" (
  id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)"""


def test_the_migrations_of_the_release_are_compared_with_prismas_account(
    weak: Instance, tmp_path: Path
) -> None:
    """R110: the folders of the commit and the rows of a real database, in the URL's schema."""
    source = migrations(tmp_path, a_init="create table a ()", b_more="create table b ()")
    url = "postgresql://board:admin123@{}:5432/notes"

    def told() -> tuple[Result, str]:
        stage = stage_of(
            weak, "postgres:16", "x", DATABASE_URL=url.format("postgres") + "?schema=chat"
        )
        return result("live.migrations", replace(stage, source=source))

    def enter(name: str, text: str, finished: str | None = "2026-03-02") -> None:
        checksum = hashlib.sha256(text.encode()).hexdigest()
        connection.execute(
            'INSERT INTO chat."_prisma_migrations" (id, checksum, migration_name, finished_at)'
            " VALUES (%s, %s, %s, %s)",
            [f"{name} {finished}", checksum, name, finished],
        )

    with psycopg.connect(url.format(weak.address), autocommit=True) as connection:
        assert told() == (Result.FAILED, "a_init is not applied; b_more is not applied")
        connection.execute("CREATE SCHEMA chat")
        try:
            connection.execute(PRISMA_TABLE)
            enter("a_init", "create table a ()")
            enter("b_more", "create table b ()", None)
            assert told() == (Result.FAILED, "b_more failed half-way")
            connection.execute('DELETE FROM chat."_prisma_migrations" WHERE finished_at IS NULL')
            enter("b_more", "create table b ()")
            assert told() == (Result.PASSED, "2 of 2 migrations are on the database's account")
            enter("c_newer", "drop table a")
            assert told() == (
                Result.FAILED,
                "c_newer is in the database, and not in this release",
            )
            connection.execute(
                "DELETE FROM chat.\"_prisma_migrations\" WHERE migration_name = 'c_newer'"
            )
            migrations(tmp_path, a_init="create table z ()")
            assert told() == (Result.FAILED, "a_init was changed after it was applied")
        finally:
            connection.execute("DROP SCHEMA chat CASCADE")
    refused = stage_of(weak, "postgres:16", "wrong")
    assert result("live.migrations", replace(refused, source=source)) == (
        Result.NOT_CHECKED,
        "postgres cannot be asked: OperationalError",
    )


def test_an_account_that_nobody_here_can_read_is_not_called_good(tmp_path: Path) -> None:
    """R110: another tool's account is said to be unknown, by the job's own command."""
    job = Job(name="schema", service="api", argv=("npx", "node-pg-migrate", "up"))
    found, says = result("live.migrations", scene(jobs=[job]))
    assert found is Result.NOT_CHECKED
    assert says.endswith("not of schema (npx node-pg-migrate up)")
    both = migrations(tmp_path, a="select 1")
    (both / "web" / "prisma" / "migrations" / "x").mkdir(parents=True)
    (both / "web" / "prisma" / "migrations" / "x" / "migration.sql").write_text("select 2")
    found, says = result("live.migrations", scene(source=both))
    assert found is Result.NOT_CHECKED
    assert "apps/server/prisma/migrations, web/prisma/migrations" in says


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
    expired = {"code": "Neo.ClientError.Security.CredentialsExpired", "message": "choose one"}
    for body in ({"errors": [expired]}, {"password_change": "http://x/user/neo4j/password"}):
        with answering(lambda *_, body=body: page(json.dumps(body), 403)) as port:
            stage = scene(store("neo4j:5", port=port))
            assert result("live.default-passwords", stage)[0] is Result.FAILED, "not changed yet"
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
