"""Clients that mean harm: refused, bounded, and the neighbours keep being served.

All of it on loopback, bounded in time and number.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.daemon.clock import SystemClock
from shipway.errors import Problem
from shipway.ingress.haproxy import HAProxyIngress
from shipway.ingress.render import render
from shipway.ingress.settings import IngressSettings
from shipway.model.routing import (
    Backend,
    Certificate,
    Challenge,
    IngressConfig,
    Listener,
    Login,
    Maintenance,
    RateLimit,
    Route,
    RoutePolicy,
)
from shipway.model.workload import SecretMap
from tests.ingress.client import fetch
from tests.ingress.support import (
    LOOPBACK,
    backend,
    eventually,
    haproxy_binary,
    one_listener,
    upstream,
)
from tests.ingress.upstreams import Upstreams, UpstreamServer

SMALL = IngressSettings(
    connections_max=600,
    client_connections_max=300,
    request_timeout_s=1.0,
    keep_alive_timeout_s=1.0,
    client_timeout_s=2.0,
    threads=2,
)


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[HAProxyIngress]:
    """An ingress with small limits, so that a test reaches them."""
    made = HAProxyIngress(tmp_path / "ingress", haproxy_binary(), SystemClock(), SMALL)
    yield made
    made.shutdown()


@pytest.fixture
def served(narrow: HAProxyIngress, upstreams: Upstreams, port: int) -> UpstreamServer:
    server = upstreams.start("one")
    one = backend("a", upstream("1", server.port), response_timeout_s=2)
    narrow.apply(one_listener(port, one))
    return server


def say(port: int, raw: bytes, seconds: float = 5.0) -> bytes:
    """Send bytes as they are; return all that comes back until the other side closes."""
    answer = b""
    with socket.create_connection((LOOPBACK, port), timeout=seconds) as connection:
        connection.sendall(raw)
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while data := connection.recv(65536):
                answer += data
    return answer


def request(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join(("POST / HTTP/1.1", "Host: x", *lines, "", "")).encode() + body


INNER = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

SMUGGLING = {
    "CL.TE": request("Content-Length: 6", "Transfer-Encoding: chunked", body=INNER),
    "TE.CL": request(
        "Transfer-Encoding: chunked",
        "Content-Length: 4",
        body=b"5c\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\nx=1\r\n0\r\n\r\n",
    ),
    "two lengths": request("Content-Length: 6", "Content-Length: 5", body=b"0\r\n\r\nG"),
    "lengths in one": request("Content-Length: 6, 5", body=b"0\r\n\r\nG"),
    "signed length": request("Content-Length: +6", body=b"0\r\n\r\nG"),
    "hidden by a tab": request("Transfer-Encoding:\tchunked", "Content-Length: 6", body=INNER),
    "unknown coding": request("Transfer-Encoding: xchunked", "Content-Length: 6", body=INNER),
    "space before colon": request("Transfer-Encoding : chunked", body=INNER),
    "bare line feed": request("X: y\nTransfer-Encoding: chunked", "Content-Length: 6", body=INNER),
    "bad chunk size": request("Transfer-Encoding: chunked", body=b"zz\r\nab\r\n0\r\n\r\n"),
    "huge chunk size": request(
        "Transfer-Encoding: chunked", body=b"FFFFFFFFFFFFFFFF1\r\nab\r\n0\r\n\r\n"
    ),
}


@pytest.mark.parametrize("name", SMUGGLING)
@pytest.mark.usefixtures("served")
def test_no_request_is_smuggled_past_the_rules(port: int, name: str) -> None:
    """One request at most reaches the application, and none that the rules did not see."""
    answer = say(port, SMUGGLING[name], 3.0)
    assert b"smuggled" not in answer, answer
    assert answer.count(b"HTTP/1.1 200") <= 1
    assert fetch(port).upstream == "one"


@pytest.mark.usefixtures("served")
def test_a_folded_header_arrives_as_one_line_or_not_at_all(port: int) -> None:
    raw = (
        b"GET / HTTP/1.1\r\nHost: x\r\nX-A: one\r\n X-Real-IP: 6.6.6.6\r\nConnection: close\r\n\r\n"
    )
    answer = say(port, raw)
    lines = [line for line in answer.lower().split(b"\r\n") if line.startswith(b"x-real-ip")]
    assert lines in ([], [b"x-real-ip: 127.0.0.1"])


BAD_REQUESTS = {
    "no host": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two hosts in a line": b"GET / HTTP/1.1\r\nHost: b, a\r\n\r\n",
    "host with a space": b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "host with a path": b"GET / HTTP/1.1\r\nHost: a/../b\r\n\r\n",
    "host with quotes": b'GET / HTTP/1.1\r\nHost: a"b\r\n\r\n',
    "host that is long": b"GET / HTTP/1.1\r\nHost: " + b"a" * 300 + b"\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "a strange method": b"G{T / HTTP/1.1\r\nHost: a\r\n\r\n",
    "trace": b"TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "connect": b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nConnection: close\r\n\r\n",
    "a NUL": b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
    "a climbing path": b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "an encoded climb": b"GET /%2e%2e%2fetc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "large headers": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 13_000 + b"\r\n\r\n",
    "larger headers": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 500 + b"\r\n",
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20 + b"\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_what_no_honest_client_sends_is_refused(
    served: UpstreamServer, port: int, name: str
) -> None:
    answer = say(port, BAD_REQUESTS[name], 4.0)
    statuses = {line.split(b" ")[1] for line in answer.splitlines() if line.startswith(b"HTTP/1")}
    assert statuses <= {b"400", b"405", b"431"}, answer
    assert served.requests == 0
    assert fetch(port).upstream == "one"


def test_large_headers_are_answered_431(served: UpstreamServer, port: int) -> None:
    """Issue 7, item 3."""
    answer = say(port, BAD_REQUESTS["large headers"])
    assert answer.startswith(b"HTTP/1.1 431"), answer
    assert served.requests == 0


@pytest.mark.usefixtures("served")
def test_slow_clients_are_let_go_and_the_neighbours_are_served(port: int) -> None:
    """Slow-loris: heads that never end, bodies that never come."""
    began = time.monotonic()
    with contextlib.ExitStack() as open_ones:
        slow = []
        for number in range(200):
            connection = open_ones.enter_context(socket.create_connection((LOOPBACK, port)))
            half = b"GET / HTTP/1.1\r\nHost: x\r\n" if number % 2 else request("Content-Length: 9")
            connection.sendall(half)
            connection.settimeout(20)
            slow.append(connection)
        assert fetch(port, timeout_s=5).upstream == "one"
        for connection in slow:
            ended = connection.recv(65536)
            assert ended == b"" or ended.split(b" ")[1] in (b"408", b"504", b"400", b"502"), ended
    assert time.monotonic() - began < 20
    assert fetch(port).upstream == "one"


@pytest.mark.usefixtures("served")
def test_thousands_of_idle_connections_of_one_client_keep_nobody_out(port: int) -> None:
    """One address may hold a part of the connections only; a neighbour has another one."""
    with contextlib.ExitStack() as open_ones:
        for _ in range(2000):
            connection = open_ones.enter_context(socket.socket())
            connection.settimeout(2)
            with contextlib.suppress(OSError):
                connection.connect((LOOPBACK, port))
        neighbour = open_ones.enter_context(socket.socket())
        neighbour.bind(("127.0.0.2", 0))
        neighbour.settimeout(5)
        neighbour.connect((LOOPBACK, port))
        neighbour.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert neighbour.recv(65536).startswith(b"HTTP/1.1 200")
    assert eventually(lambda: _answers(port), 10)


def _answers(port: int) -> bool:
    try:
        return fetch(port, timeout_s=2).status == 200
    except OSError:
        return False


EVIL = "x\n    stats enable"
QUOTE = 'x" hdr Evil 1 "'

INJECTIONS: dict[str, IngressConfig] = {
    "backend": IngressConfig(backends=(Backend(id=EVIL),)),
    "header name": IngressConfig(backends=(Backend(id="a", headers=((EVIL, "1"),)),)),
    "header value": IngressConfig(backends=(Backend(id="a", headers=(("X-A", EVIL),)),)),
    "header twice": IngressConfig(
        backends=(Backend(id="a", headers=(("X-A", "1"), ("x-a", "2"))),)
    ),
    "page status": IngressConfig(backends=(Backend(id="a", pages={200: "x"}),)),
    "page size": IngressConfig(backends=(Backend(id="a", pages={503: "x" * 20_000}),)),
    "hsts": IngressConfig(backends=(Backend(id="a", hsts_s=-1),)),
    "maintenance": IngressConfig(
        backends=(Backend(id="a", maintenance=Maintenance(allow=(EVIL,))),)
    ),
    "user": IngressConfig(logins=(Login(id="l", users=SecretMap({EVIL: "p"})),)),
    "login": IngressConfig(logins=(Login(id=QUOTE, users=SecretMap({"a": "p"})),)),
    "no users": IngressConfig(logins=(Login(id="l", users=SecretMap()),)),
    "NUL in a password": IngressConfig(logins=(Login(id="l", users=SecretMap({"a": "p\0q"})),)),
    "certificate": IngressConfig(
        certificates=(Certificate(id=EVIL, names=("a",), pem="PRIVATE KEY"),)
    ),
    "pem": IngressConfig(
        certificates=(Certificate(id="a", names=("a",), pem="PRIVATE KEY\n<<evil>>;"),)
    ),
    "challenge": IngressConfig(challenges=(Challenge(host="a b", thumbprint="t" * 43),)),
    "thumbprint": IngressConfig(challenges=(Challenge(host="a", thumbprint="%[env(HOME)]"),)),
    "proxy": IngressConfig(listeners=(Listener(port=80, trusted_proxies=(EVIL,)),)),
}
POLICIES = {
    "allow": RoutePolicy(allow=("10.0.0.0/8 } !{ always_true",)),
    "cache": RoutePolicy(cache=QUOTE),
    "login name": RoutePolicy(login=EVIL),
    "unknown login": RoutePolicy(login="nobody"),
    "rate": RoutePolicy(rate=RateLimit(requests=0)),
    "burst": RoutePolicy(rate=RateLimit(requests=1, per_s=86_400, burst=1000)),
    "body": RoutePolicy(body_bytes_max=-1),
    "time-out": RoutePolicy(response_timeout_s=float("nan")),
}
INJECTIONS |= {
    name: IngressConfig(
        listeners=(Listener(port=80, routes=(Route(backend="a", policy=policy),)),),
        backends=(Backend(id="a"),),
    )
    for name, policy in POLICIES.items()
}


@pytest.mark.parametrize("name", INJECTIONS)
def test_no_value_writes_a_line_of_its_own_into_the_proxys_file(name: str) -> None:
    with pytest.raises(Problem) as caught:
        render(INJECTIONS[name], IngressSettings())
    assert caught.value.kind == "ingress-refused"
