"""R140: who sets which security header, the application or the front door, and where they disagree."""

from __future__ import annotations

from dataclasses import replace

from shipway.checks.live.header_audit import audit, wrong_headers
from shipway.model.evidence import Result
from shipway.model.front import SAFE_HEADERS, FrontDoor
from tests.checks.live.stage import Probe, RouteRule, answering, outcome, scene, service

DOOR = tuple(SAFE_HEADERS.items())


def wrongs(app: dict[str, str], clients: dict[str, str], **declared: str) -> list[str]:
    wanted = {name.replace("_", "-"): value for name, value in declared.items()} or SAFE_HEADERS
    lines = audit(tuple(app.items()), tuple(clients.items()), wanted)
    return [item.en for item in wrong_headers(lines, wanted, tls=False)]


def test_each_header_is_attributed() -> None:
    app = {"X-Frame-Options": "DENY", "Server": "uvicorn", "Content-Security-Policy": "x"}
    clients = {**SAFE_HEADERS, "X-Frame-Options": "DENY", "Content-Security-Policy": "x"}
    found = audit(tuple(app.items()), tuple(clients.items()), SAFE_HEADERS)
    assert {line.name: line.source for line in found} == {
        "content-security-policy": "application",
        "x-frame-options": "application",
        "x-content-type-options": "front door",
        "referrer-policy": "front door",
        "server": "removed by the front door",
    }
    assert wrongs(app, clients) == []


def test_a_value_of_shipway_yaml_that_the_application_overrules_is_a_conflict() -> None:
    app = {"X-Frame-Options": "SAMEORIGIN"}
    assert wrongs(app, {**SAFE_HEADERS, **app}, X_Frame_Options="DENY") == [
        (
            "x-frame-options: the application says 'SAMEORIGIN', shipway.yaml 'DENY'; "
            "the application's counts"
        )
    ]
    # Another value than the front door's default is the application's good right.
    assert wrongs({"X-Frame-Options": "DENY"}, {**SAFE_HEADERS, "X-Frame-Options": "DENY"}) == []


def test_what_is_doubled_missing_or_unknown_to_browsers_is_named() -> None:
    assert wrongs({}, {}) == [
        "x-content-type-options is missing",
        "referrer-policy is missing",
        "x-frame-options (or frame-ancestors) is missing",
    ]
    twice = (*DOOR, ("X-Frame-Options", "DENY"))
    lines = audit(twice, twice, SAFE_HEADERS)
    said = [item.en for item in wrong_headers(lines, SAFE_HEADERS, tls=True)]
    assert said[:2] == [
        "strict-transport-security is missing",
        "x-frame-options is there twice: SAMEORIGIN, DENY",
    ]
    odd = {**SAFE_HEADERS, "X-Content-Type-Options": "on", "X-Frame-Options": "ALLOWALL"}
    assert wrongs(odd, odd) == [
        "x-frame-options: browsers do not heed 'ALLOWALL'",
        "x-content-type-options: browsers do not heed 'on'",
    ]
    policy = {"Content-Security-Policy": "frame-ancestors 'none'", "Referrer-Policy": "no-referrer"}
    framed = {**policy, "X-Content-Type-Options": "nosniff"}
    assert wrongs(framed, framed) == []


def test_the_check_asks_the_application_itself_and_keeps_who_said_what_as_evidence() -> None:
    """R140: at the proxy and at the application, side by side."""
    with (
        answering(lambda *_: (200, {"X-Frame-Options": "SAMEORIGIN"}, "")) as inside,
        answering(lambda *_: (200, SAFE_HEADERS, "")) as door,
    ):
        api = service(port=inside, probe=Probe())
        found = outcome("live.headers", scene(api, port=door, routes=(RouteRule(service="api"),)))
        assert found.result is Result.PASSED, found.wrong
        assert found.evidence.says.en == (
            "GET / answered 200: 1 set by the application, 2 by the front door"
        )
        assert {"name": "x-frame-options", "value": "SAMEORIGIN", "from": "application"} in (
            found.evidence.figures["headers"]
        )
        on = scene(api, port=door)
        strict = replace(on.app, front=FrontDoor(headers={"X-Frame-Options": "DENY"}))
        found = outcome("live.headers", replace(on, app=strict))
        assert found.result is Result.FAILED
        assert "the application's counts" in found.wrong[0].en
