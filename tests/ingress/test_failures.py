"""Upstreams that die, come back, or close idle connections; and how far apart flips are."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time

import pytest

from shipway.ingress.haproxy import HAProxyIngress
from shipway.model.routing import Route
from tests.ingress.load import Connection, Load
from tests.ingress.support import DRAIN, READY, backend, eventually, one_listener, upstream
from tests.ingress.upstreams import Upstreams


@pytest.mark.alone
def test_one_of_two_killed_costs_no_request_that_was_not_under_way(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """Without HAProxy's own checks: a refused connection goes to the other one at once."""
    one, two = upstreams.start("one"), upstreams.start("two")
    ingress.apply(
        one_listener(port, backend("a", upstream("1", one.port), upstream("2", two.port)))
    )
    with Load(port, rate=300) as load:
        assert eventually(lambda: one.requests > 50)
        killed = time.monotonic()
        upstreams.kill(one)
        seen = two.requests
        assert eventually(lambda: two.requests > seen + 300)
    after = [a for a in load.record.answers if a.sent_at > killed and "slow" not in a.path]
    slowest = max(one.done_at - one.sent_at for one in after)
    under_way = [text for text in load.record.failures if "/slow/" in text]
    print(f"{len(after)} after the kill, the slowest {1000 * slowest:.0f} ms; ", end="")
    print(f"{len(load.record.failures)} failed, {len(under_way)} of them slow ones under way")
    # Those that were inside the killed process are gone: at most one for each client.
    assert len(load.record.failures) <= 20
    assert slowest < 1


def test_a_single_upstream_that_restarts_delays_requests_and_loses_none_that_came_after(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    ingress.apply(one_listener(port, backend("a", upstream("1", server.port))))

    async def ask(pause_s: float) -> str:
        await asyncio.sleep(pause_s)
        connection = Connection(port)
        answer = await connection.request("POST", "/", b"once")
        connection.close()
        return answer.split("\n")[0]

    async def ask_many() -> list[str]:
        return await asyncio.gather(*(ask(0.04 * number) for number in range(20)))

    upstreams.kill(server)
    restart = threading.Timer(1.5, lambda: upstreams.start("again", server.port))
    restart.start()
    assert set(asyncio.run(ask_many())) == {"again"}
    restart.join()


def test_an_application_that_closes_idle_connections_loses_no_post(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """Bursts exactly as far apart as the server's patience: the worst case.

    Two seconds are gunicorn's, the least of the common application servers.  A hundred idle
    connections are gone 0.9 s after a burst: each 100 ms half of what is not needed is closed.
    """
    patience_s = 2.0
    server = upstreams.start("one", keep_alive_s=patience_s)
    ingress.apply(one_listener(port, backend("a", upstream("1", server.port))))
    failures: list[str] = []

    async def client(number: int, begin: float) -> None:
        connection = Connection(port)
        loop = asyncio.get_running_loop()
        for burst in range(4):
            at = begin + burst * patience_s + (number % 10) * 0.0004
            await asyncio.sleep(max(0.0, at - loop.time()))
            try:
                await connection.request("POST", f"/{burst}", b"once")
            except (OSError, ValueError) as error:
                failures.append(f"burst {burst}: {error!r}")
                connection.close()
        connection.close()

    async def all_clients() -> None:
        begin = asyncio.get_running_loop().time() + 0.1
        await asyncio.gather(*(client(number, begin) for number in range(100)))

    asyncio.run(all_clients())
    assert failures == []
    assert server.requests == 400


@pytest.mark.alone
def test_two_backends_are_switched_together(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """A new page may need the new API: how long both releases answer is measured."""
    servers = {name: upstreams.start(name) for name in ("blue", "green")}
    routes = (Route(backend="web"), Route(backend="api", path="/api"))
    answers: list[tuple[float, str, str]] = []
    ended = threading.Event()

    async def probe(path: str) -> None:
        connection = Connection(port)
        while not ended.is_set():
            sent_at = time.monotonic()
            name = (await connection.request("GET", path)).split("\n")[0]
            answers.append((sent_at, path, name))
        connection.close()

    async def probe_both() -> None:
        await asyncio.gather(probe("/"), probe("/api"))

    def flip(ready: str) -> float:
        ups = [
            upstream(name, server.port, READY if name == ready else DRAIN)
            for name, server in servers.items()
        ]
        both = (backend("web", *ups), backend("api", *ups))
        begun = time.monotonic()
        ingress.apply(one_listener(port, *both, routes=routes))
        return begun

    def settled(ready: str) -> bool:
        return {(path, name) for _, path, name in answers[-10:]} == {("/", ready), ("/api", ready)}

    flip("blue")
    prober = threading.Thread(target=lambda: asyncio.run(probe_both()))
    prober.start()
    windows = []
    try:
        for number in range(12):
            old, new = ("blue", "green") if number % 2 == 0 else ("green", "blue")
            assert eventually(lambda name=old: settled(name))  # type: ignore[misc]
            begun = flip(new)
            assert eventually(lambda name=new: settled(name))  # type: ignore[misc]
            since = [(at, name) for at, _, name in answers if at > begun]
            first_new = min(at for at, name in since if name == new)
            last_old = max((at for at, name in since if name == old), default=0.0)
            windows.append(1000 * max(0.0, last_old - first_new))
    finally:
        ended.set()
        prober.join(10)
    print(f"both answer for: median {statistics.median(windows):.1f}, max {max(windows):.1f} ms")
    assert statistics.median(windows) < 20
