"""Flips and reloads under load: nothing fails, nothing is cut, nothing goes astray."""

from __future__ import annotations

import time
from dataclasses import dataclass

from shipway.ingress.haproxy import HAProxyIngress
from shipway.model.routing import IngressConfig, UpstreamState
from tests.ingress.load import Load
from tests.ingress.support import DRAIN, READY, backend, eventually, one_listener, upstream
from tests.ingress.upstreams import Upstreams, UpstreamServer


@dataclass
class Flip:
    """When `apply` was called and had returned, and who was ready from then on."""

    begun: float
    done: float
    ready: str


def served_by(port: int, ready: UpstreamServer, *old: UpstreamServer) -> IngressConfig:
    ups = [upstream(ready.name, ready.port, READY)]
    ups += [upstream(one.name, one.port, DRAIN) for one in old]
    return one_listener(port, backend("shop.production.api", *ups))


def apply_timed(ingress: HAProxyIngress, config: IngressConfig, ready: str) -> Flip:
    begun = time.monotonic()
    ingress.apply(config)
    return Flip(begun, time.monotonic(), ready)


def astray(load: Load, flips: list[Flip]) -> list[str]:
    """Return the requests that were sent after a flip and answered by who was not ready."""
    wrong = []
    for flip, following in zip(flips, [*flips[1:], None], strict=True):
        until = following.begun if following else float("inf")
        wrong += [
            f"{one.path} {1000 * (one.sent_at - flip.done):.1f} ms after the flip: {one.name}"
            for one in load.record.answers
            if flip.done < one.sent_at and one.done_at < until and one.name != flip.ready
        ]
    return wrong


def connections(ingress: HAProxyIngress, name: str) -> int:
    return sum(one.connections for one in ingress.status().upstreams if one.name == name)


def state(ingress: HAProxyIngress, name: str) -> UpstreamState | None:
    return next((one.state for one in ingress.status().upstreams if one.name == name), None)


def test_fifty_flips_under_load_fail_no_request_and_cut_no_websocket(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """The promise of the product: 50 flips, 0 failed, 0 cut."""
    blue, green = upstreams.start("blue"), upstreams.start("green")
    ingress.apply(served_by(port, blue, green))
    flips = []
    with Load(port, rate=500, clients=30, websockets=20) as load:
        for number in range(50):
            ready, old = (green, blue) if number % 2 == 0 else (blue, green)
            flips.append(apply_timed(ingress, served_by(port, ready, old), ready.name))
            # Until the new one has answered a few: a flip of its own each time.
            seen = ready.requests
            assert eventually(lambda r=ready, s=seen: r.requests > s + 40)  # type: ignore[misc]
    took = sorted(1000 * (flip.done - flip.begun) for flip in flips)
    print(f"{len(load.record.answers)} requests, {load.record.echoes} echoes;")
    print(f"flips: median {took[25]:.1f} ms, max {took[-1]:.1f} ms")
    assert load.record.failures == []
    assert load.record.cut == 0
    assert astray(load, flips) == []


def test_an_old_release_stopped_as_soon_as_it_is_drained_loses_nothing(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    current = upstreams.start("r0")
    ingress.apply(served_by(port, current))
    with Load(port, rate=400, clients=30) as load:
        for number in range(1, 7):
            new = upstreams.start(f"r{number}")
            ingress.apply(served_by(port, new, current))
            upstreams.stop(current)  # at once: its own grace finishes what it has
            ingress.apply(served_by(port, new))
            assert state(ingress, current.name) is None
            current = new
    print(len(load.record.answers), "requests")
    assert load.record.failures == []


def test_reloads_under_load_fail_no_request_and_cut_no_websocket(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """A first deploy of another environment reloads; production must not notice."""
    blue, green = upstreams.start("blue"), upstreams.start("green")
    config = served_by(port, blue, green)
    ingress.apply(config)
    flips, reloads = [], []
    with Load(port, rate=400, clients=30, websockets=10) as load:
        for number in range(5):
            others = tuple(backend(f"other{one}.staging.web") for one in range(number + 1))
            ready, old = (green, blue) if number % 2 == 0 else (blue, green)
            base = served_by(port, old, ready)
            begun = time.monotonic()
            ingress.apply(IngressConfig(listeners=base.listeners, backends=base.backends + others))
            reloads.append(time.monotonic() - begun)
            # And a flip straight after, while old workers still have keep-alive clients.
            base = served_by(port, ready, old)
            config = IngressConfig(listeners=base.listeners, backends=base.backends + others)
            flips.append(apply_timed(ingress, config, ready.name))
            seen = ready.requests
            assert eventually(lambda r=ready, s=seen: r.requests > s + 60)  # type: ignore[misc]
    print(f"{len(load.record.answers)} requests; reloads took up to {max(reloads):.3f} s")
    assert load.record.failures == []
    assert load.record.cut == 0
    assert astray(load, flips) == []


def test_a_websocket_opened_before_a_reload_is_counted_until_it_ends(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("r1")
    config = served_by(port, server)
    ingress.apply(config)
    with Load(port, rate=10, clients=1, websockets=3) as load:
        ingress.apply(
            IngressConfig(listeners=config.listeners, backends=(*config.backends, backend("b")))
        )
        assert eventually(lambda: connections(ingress, "r1") == 3)
        echoes = load.record.echoes
        assert eventually(lambda: load.record.echoes > echoes + 5)
    assert load.record.cut == 0
    assert eventually(lambda: connections(ingress, "r1") == 0)


def test_an_upstream_that_vanished_with_open_websockets_is_removed_and_they_are_cut(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server, new = upstreams.start("r1"), upstreams.start("r2")
    ingress.apply(served_by(port, server))
    with Load(port, rate=10, clients=1, websockets=2) as load:
        base = served_by(port, server)
        more = (backend("b"),)
        ingress.apply(IngressConfig(listeners=base.listeners, backends=base.backends + more))
        with Load(port, rate=10, clients=1, websockets=2) as later:
            # Two WebSockets on an old worker, two on the newest; the instance still runs.
            base = served_by(port, new)
            begun = time.monotonic()
            ingress.apply(IngressConfig(listeners=base.listeners, backends=base.backends + more))
            assert time.monotonic() - begun < 4.5
            assert state(ingress, "r1") is None
            assert eventually(lambda: load.record.cut == 2 and later.record.cut == 2)
    assert load.record.failures + later.record.failures == []
