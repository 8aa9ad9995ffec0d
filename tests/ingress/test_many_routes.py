"""A thousand routes, applied while requests come in."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest

from shipway.ingress import control
from shipway.ingress.haproxy import HAProxyIngress
from shipway.model.front import SAFE_HEADERS
from shipway.model.routing import Backend, IngressConfig, Listener, Route
from tests.ingress.load import Load
from tests.ingress.support import LOOPBACK, PROMISED_S, eventually, quickest, upstream
from tests.ingress.upstreams import Upstreams


def thousand(port: int, name: str, upstream_port: int) -> IngressConfig:
    """Return 1,000 hosts with a backend each, and one for every other host."""
    hosts = [None, *(f"h{number}.example" for number in range(999))]
    backends = tuple(
        Backend(
            id=f"b{number}",
            upstreams=(upstream(name, upstream_port),),
            headers=tuple(sorted(SAFE_HEADERS.items())),
        )
        for number in range(1000)
    )
    routes = tuple(Route(backend=f"b{number}", host=host) for number, host in enumerate(hosts))
    listener = Listener(port=port, address=LOOPBACK, routes=routes)
    return IngressConfig(listeners=(listener,), backends=backends)


@pytest.mark.alone
def test_a_thousand_routes_come_and_flip_under_load_in_a_second_and_no_request_fails(
    ingress: HAProxyIngress,
    upstreams: Upstreams,
    port: int,
    record_property: Callable[[str, object], None],
) -> None:
    """Issue 7: under a second each, to come (a reload) and to flip (none)."""
    one, two = upstreams.start("one"), upstreams.start("two")
    few, flipped = thousand(port, "1", one.port), thousand(port, "2", two.port)
    listener = few.listeners[0]
    single = IngressConfig(
        listeners=(Listener(port=port, address=LOOPBACK, routes=listener.routes[:1]),),
        backends=few.backends[:1],
    )
    ingress.apply(single)

    def proxy() -> Collection[int]:
        return control.processes(ingress._directory).pids

    with Load(port, rate=100) as load:
        assert eventually(lambda: one.requests > 30, 20)
        came_s = quickest(
            lambda: ingress.apply(few), before=lambda: ingress.apply(single), pids=proxy
        )
        flipped_s = quickest(
            lambda: ingress.apply(flipped), before=lambda: ingress.apply(few), pids=proxy
        )
        seen = two.requests
        assert eventually(lambda: two.requests > seen + 50, 20)
    record_property("figure", f"1,000 routes: {came_s:.2f} s to come, {flipped_s:.2f} s to flip")
    assert load.record.failures == []
    assert came_s < PROMISED_S
    assert flipped_s < PROMISED_S
