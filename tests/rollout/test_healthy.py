"""Waiting for a new release: no longer than it takes to boot."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.model.application import Probe
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Instance, InstanceState
from shipway.rollout.probe import Answer, ask_probe
from shipway.rollout.steps import healthy
from shipway.saga.step import Watch

SCOPE = Scope(EnvironmentId("shop", "production"), 2)


class _Well(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_who_begins_to_listen_is_asked_at_once_however_long_the_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A rollout waits for the first good answer, and a refused connection disturbs nobody."""
    server = HTTPServer(("127.0.0.1", 0), _Well, bind_and_activate=False)
    server.server_bind()  # the port is taken, and refuses whoever comes
    asked: list[Answer] = []

    def ask(probe: Probe, address: str, port: int) -> tuple[bool, Answer]:
        good, answer = ask_probe(probe, address, port)
        asked.append(answer)
        if len(asked) == 3:
            server.server_activate()
            threading.Thread(target=server.handle_request, daemon=True).start()
        return good, answer

    monkeypatch.setattr(healthy, "ask_probe", ask)
    instance = Instance(
        id="1", scope=SCOPE, service="api", index=1, state=InstanceState.RUNNING,
        address="127.0.0.1",
    )  # fmt: skip
    engine = SimpleNamespace(instances=lambda **_: (instance,))
    run = cast("Any", SimpleNamespace(kit=SimpleNamespace(engine=engine), scope=SCOPE))
    service = cast(
        "Any",
        SimpleNamespace(
            name="api", after=(), replicas=1, port=server.server_port,
            probe=Probe(paths=("/",), interval_s=60.0),
        ),
    )  # fmt: skip
    began = time.monotonic()
    try:
        said = healthy.await_services(run, [service], Watch.start("healthy", 120.0))
    finally:
        server.server_close()
    assert said == {"api-1": "GET / answered 200"}
    assert [answer.refused for answer in asked] == [True, True, True, False]
    assert time.monotonic() - began < 60
