"""Live checks that send requests, each against a server where it passes and one where it fails.

R130, R137-R145, R148-R152, R162.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from shipway.checks.live import live_checks
from shipway.checks.live.library.admin_pages import is_open
from shipway.journeys.web import Answer
from shipway.model.evidence import Result
from shipway.model.names import EnvironmentId
from shipway.model.routing import RateLimit
from tests.checks.live.stage import (
    Probe,
    Reply,
    RouteRule,
    answering,
    as_json,
    outcome,
    page,
    result,
    scene,
    service,
    store,
)

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
API = service(port=8000, probe=Probe(paths=("/health",)))


def test_security_headers() -> None:
    """R140."""
    with answering(lambda *_: (200, SAFE, "")) as port:
        assert result("live.headers", scene(port=port))[0] is Result.PASSED
    with answering(lambda *_: page(X_Frame_Options="DENY")) as port:
        found = outcome("live.headers", scene(port=port))
    assert found.result is Result.FAILED
    assert [item.en for item in found.wrong] == [
        "x-content-type-options is missing",
        "referrer-policy is missing",
    ]
    assert result("live.headers", scene(port=1))[0] is Result.NOT_CHECKED


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ({"/": (200, {}, "hello")}, (Result.PASSED, "GET / answered 200")),
        (
            {"/": (307, {"Location": "/ko/"}, ""), "/ko/": (200, {}, "안녕")},
            (Result.PASSED, "GET /ko/ answered 200"),
        ),
        ({"/": (502, {}, "")}, (Result.FAILED, "GET / answered 502")),
        ({"/": (404, {"Content-Type": "text/html"}, "")}, (Result.FAILED, "GET / answered 404")),
        (
            {"/": (302, {"Location": "/again"}, ""), "/again": (302, {"Location": "/again"}, "")},
            (Result.FAILED, "GET /again answered 302"),
        ),
        (
            {"/": (404, {"Content-Type": "application/json"}, "{}")},
            (Result.NOT_CHECKED, "GET / is an API's 404: there is no page"),
        ),
        ({"/": (401, {}, "")}, (Result.NOT_CHECKED, "GET / asks for a login")),
        (
            {"/": (302, {"Location": "https://login.example.com/x"}, "")},
            (Result.NOT_CHECKED, "GET / leads to another site, login.example.com"),
        ),
    ],
)
def test_the_front_page(replies: Mapping[str, Reply], expected: tuple[Result, str]) -> None:
    """R149."""
    with answering(lambda _method, path, _headers: replies[path]) as port:
        assert result("live.front-page", scene(port=port)) == expected


def test_a_front_door_that_is_shut_has_no_front_page() -> None:
    assert result("live.front-page", scene(port=1))[0] is Result.FAILED


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, Result.PASSED),
        ({"Access-Control-Allow-Origin": "https://shop.example.com"}, Result.PASSED),
        ({"Access-Control-Allow-Origin": "*"}, Result.FAILED),
        ({"Access-Control-Allow-Origin": "echo"}, Result.FAILED),
    ],
)
def test_foreign_origins(answers: Mapping[str, str], expected: Result) -> None:
    """R130, R142: a wildcard and an echo are both found."""

    def reply(_method: str, _path: str, headers: Mapping[str, str]) -> Reply:
        allowed = {
            name: headers["Origin"] if value == "echo" else value for name, value in answers.items()
        }
        return 200, allowed, ""

    with answering(reply) as port:
        assert result("live.cors-foreign", scene(port=port))[0] is expected


def test_declared_origins_are_allowed_each() -> None:
    """R142."""
    good, forgotten = "https://shop.example.com", "https://www.shop.example.com"

    def reply(_method: str, _path: str, headers: Mapping[str, str]) -> Reply:
        allowed = {"Access-Control-Allow-Origin": good} if headers["Origin"] == good else {}
        return 200, allowed, ""

    with answering(reply) as port:
        api = service(environment={"CORS_ORIGINS": good})
        assert result("live.cors-allowed", scene(api, port=port))[0] is Result.PASSED
        both = service(environment={"CORS_ORIGINS": f'["{good}", "{forgotten}"]'})
        found, says = result("live.cors-allowed", scene(both, port=port))
    assert (found, says) == (Result.FAILED, f"{forgotten} is declared, but refused")
    assert result("live.cors-allowed", scene())[0] is Result.NOT_CHECKED


def test_the_development_login() -> None:
    """R143: open in production fails; a front end that answers everything is no login."""
    with answering(lambda *_: page("the app")) as port:
        assert result("live.dev-login", scene(port=port))[0] is Result.PASSED

    def reply(method: str, path: str, _headers: Mapping[str, str]) -> Reply:
        if path == "/api/auth/dev" and method == "POST":
            return as_json({"token": "x"})
        return page("", 404)

    with answering(reply) as port:
        found, says = result("live.dev-login", scene(port=port))
        assert (found, says) == (Result.FAILED, "POST /api/auth/dev answered 200")
        staging = scene(port=port, environment=EnvironmentId("shop", "staging"))
        assert result("live.dev-login", staging)[0] is Result.NOT_CHECKED


def test_the_documentation_page() -> None:
    """R144."""
    with answering(lambda *_: page("the app")) as port:
        assert result("live.docs-page", scene(port=port))[0] is Result.PASSED
    with answering(lambda *_: page("<title>Swagger UI</title>")) as port:
        found = outcome("live.docs-page", scene(port=port))
    assert found.result is Result.FAILED
    assert not found.stops


def test_the_health_page_reports_both_stores() -> None:
    """R148, R152."""
    with answering(lambda *_: as_json({"database": "ok", "redis": "ok"})) as port:
        api = replace(API, port=port)
        stage = scene(api, store("postgres:16"), store("redis:7"))
        assert result("live.health-body", stage)[0] is Result.PASSED
        assert result("live.health-body", scene(api))[0] is Result.NOT_CHECKED
    with answering(lambda *_: as_json({"status": "ok", "db": "ok"})) as port:
        api = replace(API, port=port)
        stage = scene(api, store("postgres:16"), store("redis:7"))
        assert result("live.health-body", stage) == (
            Result.FAILED,
            "no health page speaks of redis",
        )


def test_a_websocket_through_the_front_door() -> None:
    """R162: a proxy that does not pass the upgrade on answers something else than 101."""
    routes = [RouteRule(service="api"), RouteRule(service="api", path="/ws")]

    def reply(_method: str, _path: str, headers: Mapping[str, str]) -> Reply:
        if headers.get("Upgrade") == "websocket":
            return 101, {"Upgrade": "websocket", "Connection": "Upgrade"}, ""
        return page()

    with answering(reply) as port:
        assert result("live.websocket", scene(port=port, routes=routes))[0] is Result.PASSED
        assert result("live.websocket", scene(port=port))[0] is Result.NOT_CHECKED
    with answering(lambda *_: page("", 426)) as port:
        assert result("live.websocket", scene(port=port, routes=routes)) == (
            Result.FAILED,
            "/ws answered 426, not 101",
        )


def test_an_admin_page_that_is_routed() -> None:
    """R145, R189, D20."""
    flower = service("flower", definition={"image": "mher/flower:2"})
    routes = [RouteRule(service="flower", path="/flower")]
    with answering(lambda *_: page("", 401)) as port:
        assert result("live.admin-pages", scene(flower, port=port, routes=routes))[0] is (
            Result.PASSED
        )
    with answering(lambda *_: page("<h1>Workers</h1>")) as port:
        found, says = result("live.admin-pages", scene(flower, port=port, routes=routes))
    assert (found, says) == (Result.FAILED, f"flower is open at 127.0.0.1:{port}/flower")
    assert result("live.admin-pages", scene())[0] is Result.NOT_CHECKED


def test_flower_from_ones_own_image_is_known_by_its_command() -> None:
    """R189: Celery's page needs no image of its own name."""
    command = ["celery", "--broker", "redis://redis:6379/0", "flower", "--url-prefix=flower"]
    pages = service("pages", definition={"command": command})
    routes = [RouteRule(service="pages", path="/flower")]
    with answering(lambda *_: page("<h1>Workers</h1>")) as port:
        found = result("live.admin-pages", scene(pages, port=port, routes=routes))
    assert found == (Result.FAILED, f"pages is open at 127.0.0.1:{port}/flower")


def test_an_admin_page_that_is_published() -> None:
    with answering(lambda *_: page("<h1>Buckets</h1>")) as port:
        mapping = {"target": 9001, "published": str(port)}
        minio = service("minio", definition={"image": "minio/minio", "ports": [mapping]})
        stage = scene(API, minio, outside=["127.0.0.1"])
        assert result("live.admin-pages", stage)[0] is Result.FAILED
        hidden = service("minio", definition={"image": "minio/minio", "ports": []})
        stage = scene(API, hidden, outside=["127.0.0.1"])
        assert result("live.admin-pages", stage)[0] is Result.NOT_CHECKED


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(status=401), False),
        (Answer(status=302, headers=(("Location", "/login?next=/"),)), False),
        (Answer(status=302, headers=(("Location", "/home"),)), True),
        (Answer(status=200, text="Sign in"), False),
        (Answer(status=200, text="Dashboard"), True),
        (Answer(reason="refused"), False),
    ],
)
def test_what_an_open_page_looks_like(answer: Answer, expected: object) -> None:
    assert is_open(answer) is expected


def test_a_declared_rate_limit() -> None:
    """R139: the 429 has really to come."""
    counted = [0]

    def limited(*_: object) -> Reply:
        counted[0] += 1
        return page("", 429) if counted[0] > 6 else page()

    rule = RouteRule(service="api", rate=RateLimit(requests=60, burst=5))
    with answering(limited) as port:
        assert result("live.rate-limit", scene(port=port, routes=[rule]))[0] is Result.PASSED
    with answering(lambda *_: page()) as port:
        found, says = result("live.rate-limit", scene(port=port, routes=[rule]))
    assert (found, says) == (Result.FAILED, "/: 75 requests at once, none refused")
    assert result("live.rate-limit", scene())[0] is Result.NOT_CHECKED


def test_a_rate_limit_of_one_name_is_tried_under_that_name() -> None:
    """R139: the same path of another name has no limit."""

    def limited(_method: str, _path: str, headers: Mapping[str, str]) -> Reply:
        return page("", 429) if headers["Host"] == "api.shop.example.com" else page()

    limit = RateLimit(requests=60, burst=5)
    rule = RouteRule(service="api", host="api.shop.example.com", rate=limit)
    with answering(limited) as port:
        assert result("live.rate-limit", scene(port=port, routes=[rule]))[0] is Result.PASSED


def test_every_live_check_has_words_in_both_languages_and_requirements() -> None:
    for check in live_checks():
        assert check.serves, check.id
        for words in (check.title, check.fix):
            assert words.en, check.id
            assert any("가" <= letter <= "힣" for letter in words.ko), (check.id, words.ko)
