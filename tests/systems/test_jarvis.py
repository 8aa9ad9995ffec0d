"""examples/jarvis, the second document's system: it runs, is looked at, and goes the course."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.systems import course, jarvis
from tests.systems.account import Account
from tests.systems.site import Site

SYSTEM = jarvis.SYSTEM
pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(600)]
MIGRATIONS = 8


def asked(
    site: Site, environment: str, method: str, path: str, *, token: str = "", body: object = None
) -> tuple[int, Any]:
    """Return status and JSON body of a request through the front door."""
    connection = http.client.HTTPConnection("127.0.0.1", site.ports[environment], timeout=20)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request(
            method, path, None if body is None else json.dumps(body).encode(), headers
        )
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    try:
        return answer.status, json.loads(text)
    except ValueError:
        return answer.status, text


def queried(site: Site, sql: str) -> list[str]:
    """Return the rows that staging's database answers."""
    argv = ("psql", "-U", "jarvis", "-d", "jarvis_chat", "-Atc", sql)
    return site.inside("postgres", "staging", *argv).split()


def test_its_four_services_run_with_the_images_and_the_port_of_the_document(site: Site) -> None:
    """R023, R036, R133: they are up, the health answers, and each says something in its log."""
    view = site.environment("staging")
    services = {item["name"]: item for item in view["services"]}
    assert {name: item["role"] for name, item in services.items()} == {
        "server": "web",
        "worker": "worker",
        "postgres": "stateful",
        "redis": "stateful",
    }
    assert services["server"]["port"] == 8080
    compose = (site.repository.directory / "infra" / "compose.yaml").read_text()
    assert "image: postgres:16-alpine" in compose
    assert "image: redis:7-alpine" in compose
    status, body = site.get("staging", "/health")
    assert (status, body["database"], body["redis"]) == (200, "ok", "ok")
    for service in SYSTEM.services:
        assert site.typed("logs", service, "staging").strip(), service


def test_every_journey_of_the_document_was_gone_in_staging(account: Account, site: Site) -> None:
    """R141, R161, R162, R163, R165, R166, R167, R169: each is a journey of shipway.yaml.

    Tokens; every route; the hub with two clients; the worker's streamed, private and public
    answers and its minutes, by the mock; the translation that is remembered.
    """
    gone = {name.removeprefix("journey.") for name in account.journeys}
    wanted = {"stores", "tokens", "rooms", "room-tools", "calendar", "helpers", "hub", "ai-worker"}
    assert wanted <= gone
    keys = site.inside("redis", "staging", "redis-cli", "--scan", "--pattern", "jarvis:transl*")
    assert keys.strip()


def test_without_keys_the_integrations_are_skipped_and_none_is_called_passed(
    account: Account,
) -> None:
    """R164, R168: each integration has a journey that asks the provider where a key is set."""
    skipped = {name.removeprefix("journey.") for name in account.journeys_skipped}
    assert {
        "openai-takes-the-key",
        "naver-takes-the-key",
        "holidays-take-the-key",
    } <= skipped


def test_it_refuses_to_start_without_what_it_needs_and_ends_in_order(account: Account) -> None:
    """R059, R134: shown by starting further instances of it on the server."""
    assert account.outcomes["staging live.refuses-missing"] == "passed"
    assert account.outcomes["staging live.graceful-stop"] == "passed"


def test_in_production_nobody_comes_in_but_with_a_token_that_we_signed(
    site: Site, account: Account
) -> None:
    """R141, R143."""
    secret = site.secret("JWT_SECRET", "production")
    good = jarvis.token(secret)
    foreign = jarvis.token("x" * 64)
    old = jarvis.token(secret, seconds=-60)
    for token, status in (("", 401), (foreign, 401), (old, 401), (good, 200)):
        assert asked(site, "production", "GET", "/rooms", token=token)[0] == status
    assert asked(site, "production", "POST", "/auth/dev", body={"email": "a@b.c"})[0] == 404
    assert asked(site, "staging", "POST", "/auth/dev", body={"email": "a@b.c"})[0] == 201
    assert account.outcomes["production live.dev-login"] == "passed"
    assert site.secret("JWT_SECRET", "staging") != secret


def test_the_migrations_are_applied_once_and_the_indexes_are_there(
    site: Site, account: Account
) -> None:
    """R110, R111: all eight, as the live check says; the indexes and the embeddings are there."""
    applied = queried(site, 'select "migration_name" from "_prisma_migrations" order by 1')
    folder = site.repository.directory / "apps" / "server" / "prisma" / "migrations"
    assert applied == sorted(path.name for path in folder.iterdir())
    assert len(applied) == MIGRATIONS
    assert account.outcomes["staging live.migrations"] == "passed"
    indexes = set(queried(site, "select indexname from pg_indexes where schemaname = 'public'"))
    assert indexes >= {
        "Message_roomId_createdAt_idx",
        "IdeaCard_roomId_createdAt_idx",
        "CalendarEvent_ownerId_startsAt_idx",
    }
    column = "select data_type from information_schema.columns where column_name = 'embedding'"
    assert queried(site, column) == ["ARRAY"]


def test_the_pools_are_bounded_and_the_stores_have_room(site: Site) -> None:
    """R112."""
    used = queried(
        site,
        "select application_name, count(*) from pg_stat_activity"
        " where application_name like 'jarvis-%' group by 1",
    )
    counts = {name: int(count) for name, _, count in (row.partition("|") for row in used)}
    assert 1 <= counts["jarvis-server"] <= 5, counts
    assert counts.get("jarvis-worker", 0) <= 3, counts
    assert int(queried(site, "show max_connections")[0]) >= 10 * (5 + 3)
    clients = site.inside("redis", "staging", "redis-cli", "client", "list").splitlines()
    ours = [line for line in clients if "name=jarvis" in line]
    assert 3 <= len(ours) <= 10, clients


def test_the_stores_addresses_are_composed_and_given(site: Site) -> None:
    """R083: the database was made with a generated password, and its URL holds it."""
    password = site.secret("POSTGRES_PASSWORD", "staging")
    code = "process.stdout.write(`${process.env.DATABASE_URL} ${process.env.REDIS_URL}`)"
    database, redis = site.inside("server", "staging", "node", "-e", code).split()
    assert database == f"postgresql://jarvis:{password}@postgres:5432/jarvis_chat?schema=public"
    assert redis == "redis://redis:6379"
    assert site.secret("POSTGRES_PASSWORD", "production") != password


def test_it_goes_forward_under_load_and_back_within_the_documents_figures(
    site: Site, account: Account, record_property: Callable[[str, object], None]
) -> None:
    """R190, R191, R192, R193, R194, R195, R196, R198, R203.

    No request fails while a second version is promoted and taken back; staging and production
    run the same artifacts; the data is saved and its return rehearsed; no CI is there.
    """
    course.forward_and_back(site, account)
    record_property("figure", account.line)
    assert account.broken() == []
    course.take_down(site)
