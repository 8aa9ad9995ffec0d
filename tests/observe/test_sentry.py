"""Deploys are reported to Sentry (R178), here to a local stand-in: Sentry itself is not at hand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from shipway.errors import Problem
from shipway.model.watching import SentrySettings
from shipway.notify import SentryReporter
from shipway.ports_observe import Deployed

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class SentryStandIn:
    """Takes what Sentry's API takes, with one token."""

    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def sentry() -> Iterator[SentryStandIn]:
    stand_in = SentryStandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            good = self.headers["Authorization"] == "Bearer right"
            if good:
                stand_in.received.append((self.path, json.loads(raw)))
            self.send_response(201 if good else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield stand_in
    server.shutdown()
    server.server_close()
    thread.join(5)


def deployed(port: int) -> Deployed:
    return Deployed(
        settings=SentrySettings(
            organization="acme", projects=("api", "web"), url=f"http://127.0.0.1:{port}/"
        ),
        version=COMMIT,
        commit=COMMIT,
        environment="production",
        name="promote r7",
        at="2026-03-02T10:00:00Z",
    )


def test_a_stand_in_for_sentry_is_told_the_release_and_the_deploy(sentry: SentryStandIn) -> None:
    SentryReporter().report(deployed(sentry.port), token="right")
    (first, release), (second, deploy) = sentry.received
    assert first == "/api/0/organizations/acme/releases/"
    assert (release["version"], release["projects"]) == (COMMIT, ["api", "web"])
    assert second == f"/api/0/organizations/acme/releases/{COMMIT}/deploys/"
    assert (deploy["environment"], deploy["name"]) == ("production", "promote r7")


def test_a_wrong_token_is_said_and_not_shown(sentry: SentryStandIn) -> None:
    with pytest.raises(Problem) as caught:
        SentryReporter().report(deployed(sentry.port), token="wrong-and-secret")
    assert "answered 401" in caught.value.message
    assert "project:releases" in caught.value.hints[0]
    assert "wrong-and-secret" not in str(caught.value)


def test_nobody_at_the_address_is_said() -> None:
    with pytest.raises(Problem, match="does not answer"):
        SentryReporter().report(deployed(1), token="right")
