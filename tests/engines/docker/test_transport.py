"""Talking to an engine: its address, its version, its refusals and its silence."""

from __future__ import annotations

import http.server
import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shipway.engines.docker import DockerEngine
from shipway.engines.docker.endpoint import find_endpoint
from shipway.engines.docker.transport import ApiError, Transport
from shipway.errors import Problem


class Answers(http.server.BaseHTTPRequestHandler):
    """A stand-in for an engine of which only the manners matter, not the containers."""

    api = "1.41"

    def do_GET(self) -> None:
        if self.path == "/_ping":
            self.answer(200, b"OK")
        elif self.path.endswith("/silence"):
            self.server.silent.wait(10)  # type: ignore[attr-defined]
        elif self.path.endswith("/no"):
            self.answer(409, json.dumps({"message": "it is in use"}).encode())
        else:
            self.answer(200, json.dumps(self.path).encode())

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Api-Version", self.api)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Modern(Answers):
    api = "1.99"


class Ancient(Answers):
    api = "1.24"


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[Transport]:
    with Server(("127.0.0.1", 0), getattr(request, "param", Answers)) as server:
        server.silent = threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield Transport(find_endpoint(f"tcp://127.0.0.1:{server.server_address[1]}", {}))
        server.silent.set()  # type: ignore[attr-defined]
        server.shutdown()


def test_docker_host_is_read_as_docker_reads_it(tmp_path: Path) -> None:
    unix = find_endpoint(environ={"DOCKER_HOST": "unix:///run/x.sock"})
    assert (unix.socket_path, unix.local) == ("/run/x.sock", True)
    tcp = find_endpoint(environ={"DOCKER_HOST": "tcp://10.0.0.1"})
    assert (tcp.host, tcp.port, tcp.local, tcp.certificates) == ("10.0.0.1", 2375, False, None)
    environ = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)}
    tls = find_endpoint("tcp://docker.example:2376", environ)
    assert (tls.port, tls.certificates) == (2376, tmp_path)
    assert find_endpoint(environ={}).socket_path == "/var/run/docker.sock"


def test_an_address_that_cannot_be_used_is_a_problem() -> None:
    with pytest.raises(Problem, match="ssh://") as caught:
        DockerEngine("ssh://me@server").facts()
    assert caught.value.kind == "engine-unavailable"


def test_the_version_is_negotiated_and_stands_in_every_path(served: Transport) -> None:
    assert served.get("/info", all=True, filters={"a": ["b"]}, tail=None) == (
        "/v1.41/info?all=1&filters=%7B%22a%22%3A+%5B%22b%22%5D%7D"
    )


@pytest.mark.parametrize("served", [Modern], indirect=True)
def test_a_newer_engine_is_spoken_to_in_the_newest_version_known(served: Transport) -> None:
    assert served.api == (1, 47)


@pytest.mark.parametrize("served", [Ancient], indirect=True)
def test_an_engine_below_the_floor_is_a_problem(served: Transport) -> None:
    with pytest.raises(Problem, match=r"speaks API 1\.24; Shipway needs 1\.41") as caught:
        served.get("/info")
    assert caught.value.kind == "engine-unavailable"


def test_a_refusal_carries_the_engines_words(served: Transport) -> None:
    with pytest.raises(ApiError) as caught:
        served.get("/no")
    assert (caught.value.status, caught.value.reason) == (409, "it is in use")
    assert str(caught.value).startswith(
        "The Docker Engine refused GET /v1.41/no (409): it is in use\nHint: "
    )


def test_silence_ends_with_the_time_limit(served: Transport) -> None:
    with pytest.raises(Problem, match="did not answer in time") as caught:
        served.call("GET", "/silence", limit_s=0.1)
    assert caught.value.kind == "engine-unavailable"


def test_a_docker_that_is_not_there_says_what_to_type(tmp_path: Path) -> None:
    """Main job: a Docker that is not there ends in one clear Problem."""
    engine = DockerEngine(f"unix://{tmp_path}/docker.sock")
    calls: list[Any] = [engine.facts, engine.instances]
    for call in calls:
        with pytest.raises(Problem) as caught:
            call()
        assert caught.value.kind == "engine-unavailable"
        assert caught.value.message.startswith("No Docker Engine answers at unix://")
        assert "sudo systemctl start docker" in caught.value.hints
        assert any("`engine: process`" in hint for hint in caught.value.hints)


def test_somebody_else_on_the_socket_is_no_engine(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(path)
        listener.listen()

        def hang_up() -> None:
            listener.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(Problem) as caught:
            DockerEngine(f"unix://{path}").facts()
        thread.join()
    assert caught.value.kind == "engine-unavailable"
