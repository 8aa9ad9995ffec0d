"""A database that a provider runs, by its connection string, in place of a container."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.request import urlopen

import psycopg
import pytest

from shipway.engines.process import ProcessEngine
from shipway.model.application import Service
from shipway.model.outside import outside_stores
from shipway.model.workload import Health, Instance, Role, SecretMap
from tests.engines.conformance.support import eventually, new_project, only, seen
from tests.engines.conformance.support import scope as new_scope
from tests.engines.process.support import own_engine
from tests.engines.process.test_servers import postgres
from tests.support.dbapp import READS, READS_AT
from tests.support.running import Shipway
from tests.support.tinyapp import API, COMPOSE, SPEC, TinyApp

PASSWORD = "0f9b7c31e6d84ab2c0ffee"


@pytest.fixture(scope="module")
def provider() -> Iterator[ProcessEngine]:
    with own_engine() as made:
        yield made


@pytest.fixture(scope="module")
def server(provider: ProcessEngine) -> Instance:
    """A real PostgreSQL that no daemon of the test knows."""
    where = new_scope(new_project(), release=None)
    check = {"test": ["CMD-SHELL", "pg_isready -U board"], "interval": "1s"}
    work = postgres(provider, where, environment={"POSTGRES_PASSWORD": PASSWORD}, healthcheck=check)
    provider.start(work)

    def healthy() -> Instance | None:
        found = only(seen(provider, where))
        return found if found.health is Health.HEALTHY else None

    return eventually(healthy)


def test_an_external_postgresql_is_used_and_what_is_not_done_for_it_is_said(
    shipway: Shipway, app: TinyApp, server: Instance
) -> None:
    """R208: deploy works; plan and backups say what Shipway does not do; no password is shown."""
    address = f"postgresql://board:{PASSWORD}@{server.address}:5432/notes"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE items (n int)")
        connection.execute("INSERT INTO items SELECT generate_series(1, 7)")
    reached = COMPOSE.replace(
        "    build: .\n", "    build: .\n    environment: {DATABASE_URL: '${DATABASE_URL:?}'}\n", 1
    )
    spec = SPEC + "\nbackup: {environments: [staging]}\n"
    app.commit(compose__yaml=reached, shipway__yaml=spec, api__py=API.replace(READS_AT, READS))
    secrets = f"/projects/{app.project}/environments/staging/secrets"
    shipway.client.post(secrets, {"put": {"DATABASE_URL": address}})
    wanted = {"kind": "deploy", "directory": str(app.directory), "environment": "staging"}
    notes = "\n".join(shipway.client.post("/plans", wanted)["notes"])
    assert f"PostgreSQL at {server.address} (DATABASE_URL of api" in notes
    assert "neither starts, nor backs up, nor restores it" in notes

    rollout = shipway.rolled("deploy", app.directory, "staging")
    with urlopen(f"http://127.0.0.1:{app.staging}/items", timeout=20) as answer:
        assert json.load(answer) == {"items": 7}

    path = f"/projects/{app.project}/environments/staging/backups"
    status = shipway.client.get(path)
    assert any("is outside of this project" in note for note in status["notes"]), status
    assert not any(item["kind"] == "base" for item in status["sources"])
    said = json.dumps(status) + notes + shipway.story(rollout["id"])
    assert PASSWORD not in said


def service(name: str, **variables: str) -> Service:
    return Service(name=name, role=Role.WEB, definition={}, environment=SecretMap(variables))


def test_only_what_is_not_in_the_project_is_outside() -> None:
    found = outside_stores(
        [
            service(
                "api",
                DATABASE_URL="postgresql+asyncpg://u:hidden@db.supabase.co:6543/postgres",
                REDIS_URL="redis://redis:6379/0",
                CACHE_URL="rediss://default:hidden@eu1.upstash.io:6379",
                SITE="https://example.com",
            ),
            service(
                "worker", DATABASE_URL="postgresql+asyncpg://u:hidden@db.supabase.co:6543/postgres"
            ),
            service("redis"),
        ]
    )
    assert [(item.kind, item.host, item.services) for item in found] == [
        ("PostgreSQL", "db.supabase.co", ("api", "worker")),
        ("Redis", "eu1.upstash.io", ("api",)),
    ]
    assert "hidden" not in " ".join(map(str, found))
