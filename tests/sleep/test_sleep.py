"""An environment that sleeps: real instances, a real HAProxy, real clients."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from shipway.errors import Problem
from tests.acceptance.conftest import BOTH_ENGINES
from tests.sleep.conftest import BOOT_S, Sleepy
from tests.support.asking import answer
from tests.support.running import Shipway, eventually

BURST = 50


def state(shipway: Shipway, app: Sleepy, environment: str = "staging") -> str:
    view = shipway.environment(project(app), environment)
    return str(view["sleep"]["state"]) if view["sleep"] else "awake"


def project(app: Sleepy) -> str:
    return app._values["PROJECT"]


def put_to_sleep(shipway: Shipway, app: Sleepy) -> None:
    shipway.client.post(f"/projects/{project(app)}/environments/staging/sleep")
    assert state(shipway, app) == "asleep"
    assert running(shipway, app) == set()


def running(shipway: Shipway, app: Sleepy) -> set[str]:
    view = shipway.environment(project(app), "staging")
    return {item["name"] for item in view["instances"] if item["state"] == "running"}


def post(port: int, body: bytes) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/items", body=body)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


class Burst:
    """Clients that all ask at once, a third of them with a body of up to 2 MB."""

    def __init__(self, port: int, count: int) -> None:
        self.answers: list[tuple[bool, float]] = []
        self._threads = [
            threading.Thread(target=self._ask, args=(port, number)) for number in range(count)
        ]

    def run(self, then: Callable[[], None] = lambda: None) -> list[float]:
        """Return the seconds that each took; all must have been answered well."""
        for thread in self._threads:
            thread.start()
        then()
        for thread in self._threads:
            thread.join(60)
        assert [good for good, _ in self.answers] == [True] * len(self._threads)
        return sorted(seconds for _, seconds in self.answers)

    def _ask(self, port: int, number: int) -> None:
        began = time.monotonic()
        good = False
        try:
            if number % 3:
                good = answer(port, timeout_s=60)[0] == 200
            else:
                body = os.urandom(10 + number * 40_000)
                status, said = post(port, body)
                good = status == 201 and said["sha256"] == hashlib.sha256(body).hexdigest()
        finally:
            self.answers.append((good, time.monotonic() - began))


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_a_burst_of_50_requests_is_answered_when_it_wakes_and_none_fails(
    shipway: Shipway, app: Sleepy, record_property: Callable[[str, object], None], engine: str
) -> None:
    """R206, issue item 5: held, then answered; bodies intact; start time and a second."""
    app.commit_sleepy("1h")
    shipway.rolled("deploy", app.directory, "staging")
    shipway.client.post(f"/projects/{project(app)}/environments/staging/sleep")
    shipway.client.post(f"/projects/{project(app)}/environments/staging/wake")
    entry = next(
        item for item in shipway.client.get("/audit")["entries"] if item["action"] == "wake"
    )
    start_s = entry["details"]["seconds"]
    assert entry["details"]["healthy"] is True

    put_to_sleep(shipway, app)
    took = Burst(app.staging, BURST).run()
    assert took[0] > BOOT_S
    record_property(
        "figure",
        f"sleep, {engine}: woke by hand in {start_s:.2f} s; of {BURST} requests at once, none"
        f" failed, first after {took[0]:.2f} s, last after {took[-1]:.2f} s",
    )
    eventually("it is awake", lambda: state(shipway, app) == "awake")
    assert running(shipway, app) == {"api-1", "worker-1", "scheduler-1"}
    assert answer(app.staging)[0] == 200


def test_idle_it_sleeps_by_itself_and_a_web_socket_keeps_it_awake(
    shipway: Shipway, app: Sleepy
) -> None:
    """R206."""
    app.commit_sleepy("2s")
    shipway.rolled("deploy", app.directory, "staging")
    with connect(f"ws://127.0.0.1:{app.staging}/ws", close_timeout=0.2) as socket:
        socket.recv()
        # where two seconds passed before it was there, it has woken what slept
        eventually("it is awake", lambda: state(shipway, app) == "awake")
        until = time.monotonic() + 5
        seen = set()
        while time.monotonic() < until:
            seen.add(state(shipway, app))
            threading.Event().wait(0.2)
        assert seen == {"awake"}
    eventually("it sleeps", lambda: state(shipway, app) == "asleep", 30)
    with connect(f"ws://127.0.0.1:{app.staging}/ws", open_timeout=30, close_timeout=0.2) as socket:
        assert "release" in json.loads(socket.recv()), "a WebSocket wakes it too"
    view = shipway.environment(project(app), "staging")
    assert view["live"]["release"] == "r1"
    assert view["good"] is True


def test_a_deploy_into_a_sleeping_environment_wakes_it_first(shipway: Shipway, app: Sleepy) -> None:
    app.commit_sleepy("1h")
    shipway.rolled("deploy", app.directory, "staging")
    put_to_sleep(shipway, app)
    app.commit_sleepy("1h", version="v2")
    rollout = shipway.rolled("deploy", app.directory, "staging")
    assert "it is woken first" in shipway.story(rollout["id"])
    assert state(shipway, app) == "awake"
    assert answer(app.staging)[2]["version"] == "v2"
    shipway.rolled("rollback", app.directory, "staging")
    assert answer(app.staging)[2]["version"] == "v1"


def test_a_daemon_that_is_killed_while_it_sleeps_or_wakes_loses_no_request(
    shipway: Shipway, app: Sleepy
) -> None:
    app.commit_sleepy("1h")
    shipway.rolled("deploy", app.directory, "staging")
    put_to_sleep(shipway, app)
    shipway.kill()
    Burst(app.staging, 5).run(then=shipway.start)  # the daemon comes while they wait
    eventually("it is awake", lambda: state(shipway, app) == "awake")

    put_to_sleep(shipway, app)

    def killed_while_waking() -> None:
        eventually("it wakes", lambda: state(shipway, app) == "waking")
        shipway.kill()
        shipway.start()

    Burst(app.staging, 5).run(then=killed_while_waking)
    eventually("it is awake", lambda: state(shipway, app) == "awake")


def test_a_proxy_that_is_killed_comes_back_and_still_holds_requests(
    shipway: Shipway, app: Sleepy
) -> None:
    app.commit_sleepy("1h")
    shipway.rolled("deploy", app.directory, "staging")
    put_to_sleep(shipway, app)
    pid = shipway.status()["ingress"]["pid"]
    os.kill(pid, 9)
    eventually("another proxy", lambda: shipway.status()["ingress"]["pid"] not in {None, pid})
    assert state(shipway, app) == "asleep"
    Burst(app.staging, 5).run()


def test_production_cannot_be_put_to_sleep_by_accident(shipway: Shipway, app: Sleepy) -> None:
    app.commit_sleepy("1h", production=", sleep_after: 1h")
    shipway.rolled("deploy", app.directory, "staging")
    problem = shipway.refused("promote", app.directory, "production")
    assert problem.kind == "production-stays-awake"
    assert problem.source is not None
    assert problem.source.line == 4
    app.commit_sleepy("1h")
    shipway.rolled("deploy", app.directory, "staging")
    shipway.rolled("promote", app.directory, "production")
    with pytest.raises(Problem) as caught:
        shipway.client.post(f"/projects/{project(app)}/environments/production/sleep")
    assert caught.value.kind == "production-stays-awake"
    app.commit_sleepy("1h", production=", sleep_after: {after: 1h, production: really}")
    shipway.rolled("deploy", app.directory, "production")
    shipway.client.post(f"/projects/{project(app)}/environments/production/sleep")
    assert state(shipway, app, "production") == "asleep"
    assert answer(app.production, timeout_s=60)[0] == 200


def test_destroying_a_sleeping_environment_leaves_no_waker(
    shipway: Shipway, app: Sleepy, home: Path
) -> None:
    app.commit_sleepy("1h")
    shipway.rolled("deploy", app.directory, "staging")
    put_to_sleep(shipway, app)
    shipway.client.post(f"/projects/{project(app)}/environments/staging/destroy")
    assert state(shipway, app) == "awake"
    assert "ssl verify none" not in (home / "ingress/haproxy.cfg").read_text()
