"""`shipway open`: which port a name means, and a tunnel that outlives its instance."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shipway.cli.tunnel import Tunnel, listen
from shipway.errors import Problem
from shipway.model.application import Application, Service
from shipway.model.names import EnvironmentId
from shipway.model.workload import Role
from shipway.rollout.doors import named, ports_of
from tests.acceptance.conftest import BOTH_ENGINES, app, engine, home, shipway
from tests.support.asking import answer
from tests.support.running import Shipway, eventually
from tests.support.tinyapp import TinyApp, Variant

__all__ = ["app", "engine", "home", "shipway"]


def service(name: str, image: str = "", role: Role = Role.WEB, **definition: Any) -> Service:
    return Service(name=name, role=role, definition={"image": image, **definition}, build=not image)


APP = Application(
    environment=EnvironmentId("shop", "staging"),
    services=(
        service("api", ports=[{"target": 8000, "protocol": "tcp"}]),
        service("monitor", "mher/flower:2.0"),
        service("graph", "neo4j:5"),
        service("db", "registry.example.com/team/postgres:16@sha256:ab", Role.STATEFUL),
        service("files", "minio/minio", Role.STATEFUL),
        service("tasks", command=["celery", "-A", "app", "flower"]),
        service("silent"),
    ),
    routes=(),
    port=4400,
)


@pytest.mark.parametrize(
    ("name", "service_name", "ports"),
    [
        ("api", "api", (8000,)),
        ("neo4j", "graph", (7474, 7687)),
        ("postgres", "db", (5432,)),
        ("minio", "files", (9001, 9000)),
        ("Flower", "monitor", (5555,)),
        ("tasks", "tasks", (5555,)),
        ("silent", "silent", ()),
    ],
)
def test_a_name_is_a_service_or_what_it_runs(
    name: str, service_name: str, ports: tuple[int, ...]
) -> None:
    """R145: Neo4j's browser, Flower, MinIO's console; and databases for a local client."""
    found = named(APP, name)
    assert (found.name, ports_of(found)) == (service_name, ports)


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(Problem, match="it has: api, monitor, graph, db"):
        named(APP, "grafana")


class Echo:
    """A server that answers what it was sent, when the client has finished."""

    def __init__(self) -> None:
        self.listener = listen(0)
        self.port = self.listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client:
                data = b""
                while part := client.recv(65_536):
                    data += part
                client.sendall(data)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._thread.join()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


def through(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        found = b""
        while part := client.recv(65_536):
            found += part
    return found


def test_bytes_go_both_ways_and_an_end_is_told(echo: Echo) -> None:
    tunnel = Tunnel(lambda _anew: ("127.0.0.1", echo.port), 0)
    tunnel.start()
    data = os.urandom(3_000_000)
    assert through(tunnel.port, data) == data
    tunnel.close()


def test_an_instance_that_has_gone_is_asked_for_anew(echo: Echo) -> None:
    asked: list[bool] = []

    def find(anew: bool) -> tuple[str, int]:  # noqa: FBT001 - the tunnel's signature
        asked.append(anew)
        return "127.0.0.1", echo.port if anew else 1

    tunnel = Tunnel(find, 0)
    tunnel.start()
    assert through(tunnel.port, b"hello") == b"hello"
    assert asked == [False, True]
    tunnel.close()


def test_nobody_there_closes_the_connection(echo: Echo) -> None:
    tunnel = Tunnel(lambda _anew: ("127.0.0.1", 1), echo.port)
    assert tunnel.port != echo.port, "a port that is taken is replaced by a free one"
    tunnel.start()
    with socket.create_connection(("127.0.0.1", tunnel.port), timeout=10) as client:
        assert client.recv(1) == b""
    tunnel.close()


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_the_real_command_leads_to_the_live_release_and_to_the_next_one(
    shipway: Shipway, app: TinyApp, home: Path
) -> None:
    """Issue item 4, the tunnel: 127.0.0.1 only, until Ctrl-C."""
    app.commit(Variant(version="v1"))
    shipway.rolled("deploy", app.directory, "staging")
    process = subprocess.Popen(
        [sys.executable, "-m", "shipway", "open", "api", "staging", "--json"],
        cwd=app.directory,
        env={**os.environ, "SHIPWAY_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = json.loads(process.stdout.readline())
        (forward,) = said["forwards"]
        local = forward["local"]
        assert forward["port"] == 8000
        assert answer(local)[2]["version"] == "v1"
        app.commit(Variant(version="v2"))
        shipway.rolled("deploy", app.directory, "staging")
        eventually("the next release", lambda: answer(local)[2]["version"] == "v2")
        doors = shipway.client.get(f"/projects/{app.project}/environments/staging/open")["doors"]
        assert {"service": "api", "ports": [{"port": 8000, "page": True}], "running": True} in doors
        actions = [item["action"] for item in shipway.client.get("/audit")["entries"]]
        assert actions.count("open") == 1
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 130
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", local), timeout=2)
