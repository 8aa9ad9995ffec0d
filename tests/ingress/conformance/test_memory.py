"""The conformance suite over the ingress in memory, and what only it can do."""

from __future__ import annotations

import pytest

from shipway.errors import Problem
from shipway.ingress.memory import MemoryIngress
from shipway.model.routing import Route
from tests.ingress.conformance.suite import IngressConformance
from tests.ingress.support import DRAIN, backend, one_listener, upstream


class InMemory:
    def __init__(self) -> None:
        self.ingress = MemoryIngress()

    def occupy(self, port: int) -> None:
        self.ingress.busy_ports[port] = "nginx (pid 7)"

    def kill(self) -> None:
        self.ingress.kill()


class TestMemoryIngress(IngressConformance):
    @pytest.fixture
    def under_test(self) -> InMemory:
        return InMemory()


def test_it_tells_where_a_request_would_go() -> None:
    ingress = MemoryIngress()
    old, new = upstream("r1-1", 8001, DRAIN), upstream("r2-1", 8002)
    routes = (Route(backend="a"), Route(backend="b", path="/b"))
    ingress.apply(one_listener(80, backend("a", old, new), backend("b"), routes=routes))
    assert ingress.ready_for(80, "/x") == ("r2-1",)
    assert ingress.ready_for(80, "/b/x") == ()
    assert ingress.ready_for(81) == ()


def test_it_remembers_who_was_removed_with_open_connections() -> None:
    ingress = MemoryIngress()
    ingress.apply(one_listener(80, backend("a", upstream("x", 1), upstream("y", 2))))
    ingress.connect("a", "x", 3)
    ingress.connect("a", "x", -1)
    assert ingress.status().upstreams[0].connections == 2
    assert ingress.status().upstreams[0].requests_total == 3
    ingress.apply(one_listener(80, backend("a")))
    assert ingress.cut == [("a", "x")]


def test_it_refuses_once_when_told_to() -> None:
    ingress = MemoryIngress()
    ingress.refuse_next = Problem("ingress-unavailable", "as a test wants it")
    with pytest.raises(Problem, match="as a test wants it"):
        ingress.apply(one_listener(80))
    ingress.apply(one_listener(80))
    assert len(ingress.history) == 1
