"""Where a real HAProxy sends requests, and what it does to them on the way."""

from __future__ import annotations

import asyncio
import random
import re

import pytest

from shipway.ingress.haproxy import HAProxyIngress
from shipway.model.routes import choose
from shipway.model.routing import Backend, Route
from tests.ingress.client import fetch
from tests.ingress.load import Connection
from tests.ingress.support import DRAIN, backend, one_listener, upstream
from tests.ingress.upstreams import Upstreams

HOSTS = (None, "a.example", "b.example", "www.a.example")
PATHS = ("/", "/api", "/api/v2", "/api/v2/x", "/apix", "/static", "/ws/")


def test_a_thousand_routes_choose_as_the_model_does(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R016, R017: by host and by the longest path of whole segments."""
    server = upstreams.start("one")
    routes = [Route(backend="a", host=h, path=p) for h in HOSTS for p in PATHS]
    routes += [Route(backend="b", host=f"h{n}.example", path=f"/p{n % 7}") for n in range(972)]
    some = random.Random(7)
    some.shuffle(routes)
    # Every route has a prefix of its own to strip, so the answer shows which one was taken.
    marked = tuple(
        Route(backend=one.backend, host=one.host, path=one.path, strip=one.path)
        for one in routes[: len(routes) - 1]
    )
    config = one_listener(
        port,
        backend("a", upstream("x", server.port)),
        backend("b", upstream("x", server.port)),
        routes=marked,
    )
    ingress.apply(config)
    (listener,) = config.listeners
    hosts = ["a.example", "A.Example:8080", "b.example.", "h5.example", "none.example", "h"]
    paths = ["/", "/api", "/api/", "/apix", "/apix/y", "/api/v2", "/api/v2x", "/api/v2/x/y"]
    paths += ["/static/a.css", "/ws", "/ws/1", "/p5", "/p5/z", "/p", "//api", "/API", "/api//v2"]

    async def ask_all() -> None:
        connection = Connection(port)
        for host in hosts:
            for path in paths:
                route = choose(listener.routes, host, path)
                assert route is not None  # there is one without host, for every path
                body = await connection.request("GET", f"{path}?q=/api", host=host)
                prefix = route.strip.rstrip("/")
                merged = re.sub("//+", "/", path)
                expected = "/" + merged[len(prefix) :].removeprefix("/") if prefix else path
                assert f"GET {expected}?q=/api HTTP/1.1" in body, (host, path, route)
                seen = [
                    line.partition(":")[2].strip()
                    for line in body.splitlines()
                    if line.lower().startswith("x-forwarded-prefix")
                ]
                assert seen == ([prefix] if prefix else [])
        connection.close()

    asyncio.run(ask_all())


def test_an_unknown_route_is_a_short_404(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    routes = (Route(backend="a", host="a.example", path="/api"),)
    ingress.apply(one_listener(port, backend("a", upstream("x", server.port)), routes=routes))
    assert fetch(port, "/api", host="a.example").upstream == "one"
    for path, host in (("/", "a.example"), ("/apix", "a.example"), ("/api", "b.example")):
        reply = fetch(port, path, host=host)
        assert (reply.status, reply.body) == (404, "404: nothing is served at this address.\n")
        assert reply.headers["content-type"].startswith("text/plain")
        assert "server" not in reply.headers


@pytest.mark.parametrize("draining", [False, True])
def test_a_backend_without_a_ready_upstream_is_a_short_503(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int, *, draining: bool
) -> None:
    server = upstreams.start("one")
    ups = (upstream("x", server.port, DRAIN),) if draining else ()
    ingress.apply(one_listener(port, backend("a", *ups)))
    reply = fetch(port)
    assert reply.status == 503
    assert reply.body.startswith("503: the application is not available")
    assert reply.headers["retry-after"] == "2"
    assert server.requests == 0


def test_an_upstream_that_is_too_slow_is_a_504(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    slow = Backend(id="a", upstreams=(upstream("x", server.port),), response_timeout_s=1.5)
    ingress.apply(one_listener(port, slow))
    assert fetch(port, "/slow/0.05").status == 200
    assert fetch(port, "/slow/30").status == 504


def test_the_upstream_learns_who_asked_and_a_client_cannot_lie_about_it(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    ingress.apply(one_listener(port, backend("a", upstream("x", server.port))))
    lies = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Real-IP": "6.6.6.6",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=6.6.6.6",
        "Proxy": "http://evil.example",
    }
    reply = fetch(port, host=f"shop.example:{port}", headers=lies)
    assert {name: reply.seen(name) for name in lies} == {
        "X-Forwarded-For": ["127.0.0.1"],
        "X-Real-IP": ["127.0.0.1"],
        "X-Forwarded-Proto": ["http"],
        "X-Forwarded-Host": [f"shop.example:{port}"],
        "X-Forwarded-Port": [str(port)],
        "X-Forwarded-Prefix": [],
        "Forwarded": [],
        "Proxy": [],
    }
    assert reply.seen("Host") == [f"shop.example:{port}"]
    assert not {"server", "x-powered-by", "via"} & reply.headers.keys()
