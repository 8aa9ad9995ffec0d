"""What an instance that looks at a restored copy is told, and which one is asked what."""

from __future__ import annotations

from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from shipway.model.application import Application, RouteRule, Service, SmokeCheck
from shipway.model.names import EnvironmentId, Scope
from shipway.model.records import Commit, Release
from shipway.model.routes import choose
from shipway.model.workload import Artifact, Instance, InstanceState, Role, SecretMap
from shipway.rollout.on_copy import ask_instance, on_copy, route_of, seen_path
from shipway.rollout.traffic import EnvironmentTraffic, assemble

SHOP = EnvironmentId("shop", "staging")
URL = "postgresql://db:db@db:5432/db?application_name=db"


def app(**variables: str) -> Application:
    return Application(
        environment=SHOP,
        services=(
            Service(name="web", role=Role.WEB, definition={}, port=3000),
            Service(
                name="api",
                role=Role.WEB,
                definition={},
                port=8000,
                replicas=3,
                environment=SecretMap(variables),
            ),
            Service(name="db", role=Role.STATEFUL, definition={"image": "postgres:16"}),
        ),
        routes=(
            RouteRule(service="web"),
            RouteRule(service="api", path="/api", strip=True),
            RouteRule(service="web", path="/api/docs"),
            RouteRule(service="api", path="/", host="api.example.com"),
        ),
        port=4400,
    )


def release() -> Release:
    artifact = Artifact(service="api", kind="image", reference="sha256:" + "0" * 64, name="api")
    return Release(
        project="shop",
        number=3,
        commit=Commit(hash="0" * 40, subject="x", author="kim", at=0.0, ref="main"),
        artifacts=dict.fromkeys(("web", "api", "db"), artifact),
        created_at=0.0,
        created_by="kim",
    )


def test_only_the_host_of_the_database_becomes_the_copys_address() -> None:
    given = app(DATABASE_URL=URL, NAME="db", DB_HOST="db", REDIS_URL="redis://redis:6379/0")
    made = on_copy(given, given.service("api"), release(), {"db": "10.0.0.9"})
    assert made is not None
    assert made.environment["DATABASE_URL"] == URL.replace("@db:", "@10.0.0.9:")
    assert made.environment["DB_HOST"] == "10.0.0.9"
    assert (made.environment["NAME"], made.environment["REDIS_URL"]) == (
        "db",
        "redis://redis:6379/0",
    )
    assert (made.service, made.replicas, made.scope) == ("api-drill", 1, Scope(SHOP, 3))


def test_a_service_that_names_no_database_is_not_asked() -> None:
    given = app(REDIS_URL="redis://redis:6379/0")
    for name in ("web", "api"):
        assert on_copy(given, given.service(name), release(), {"db": "10.0.0.9"}) is None


@pytest.mark.parametrize(
    ("path", "host", "service", "seen"),
    [
        ("/", None, "web", "/"),
        ("/api/cards?limit=1", None, "api", "/cards?limit=1"),
        ("/api", None, "api", "/"),
        ("/apiary", None, "web", "/apiary"),
        ("/api/docs/x", None, "web", "/api/docs/x"),
        ("/cards", "api.example.com", "api", "/cards"),
    ],
)
def test_a_smoke_check_goes_where_the_ingress_would_send_it(
    path: str, host: str | None, service: str, seen: str
) -> None:
    check = SmokeCheck(name="x", path=path, host=host)
    rule = route_of(app(), check)
    assert rule is not None
    assert (rule.service, seen_path(app(), check)) == (service, seen)


@pytest.mark.parametrize(
    ("path", "host", "service"),
    [
        ("/docs?page=1", "api.example.com", "web"),
        ("/cards", "api.example.com", "api"),
        ("/cards", None, "web"),
        ("/%61pi/", None, "api"),
        ("/cards", "other.example.com", None),
    ],
)
def test_a_smoke_check_of_an_environment_with_hosts_goes_where_the_ingress_sends_it(
    path: str, host: str | None, service: str | None
) -> None:
    """A longer path of all hosts goes before the shorter one of a single host."""
    given = replace(
        app(),
        hosts=("shop.example.com", "api.example.com"),
        routes=(*app().routes, RouteRule(service="web", path="/docs")),
    )
    rule = route_of(given, SmokeCheck(name="x", path=path, host=host))
    assert (rule.service if rule else None) == service
    traffic = EnvironmentTraffic(app=given, serving=1, instances=())
    (listener,) = assemble([traffic]).listeners
    taken = choose(listener.routes, host or given.hosts[0], path.partition("?")[0])
    assert (taken.backend.rpartition(".")[2] if taken else None) == service


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/cards" else 500)
        self.end_headers()
        self.wfile.write(b"two cards")

    def log_message(self, *_args: object) -> None: ...


@pytest.mark.parametrize(
    ("check", "passed", "says"),
    [
        (SmokeCheck(name="cards", path="/api/cards"), True, "GET /cards answered 200"),
        (
            SmokeCheck(name="cards", path="/api/cards", contains="three", attempts=1),
            False,
            "GET /cards answered 200, wanted with 'three'",
        ),
        (
            SmokeCheck(name="cards", path="/api/none", attempts=1),
            False,
            "GET /none answered 500",
        ),
    ],
)
def test_an_answer_passes_only_as_the_smoke_check_wants_it(
    check: SmokeCheck,
    passed: bool,  # noqa: FBT001 - a parameter of the test
    says: str,
) -> None:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            instance = Instance(
                id="x",
                scope=Scope(SHOP, 3),
                service="api-drill",
                index=1,
                state=InstanceState.RUNNING,
                address="127.0.0.1",
            )
            found = ask_instance(app(), check, instance, server.server_port)
        finally:
            server.shutdown()
            thread.join()
    assert (found.name, found.passed, found.says) == ("smoke: cards", passed, says)
