"""What a use case may rely on, whichever ingress is behind the port."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest

from shipway.errors import Problem
from shipway.model.routing import (
    Backend,
    IngressConfig,
    IngressStatus,
    Listener,
    Route,
    Upstream,
    UpstreamState,
)
from shipway.ports import Ingress
from tests.ingress.support import DRAIN, READY, backend, free_port, one_listener, upstream


class IngressUnderTest(Protocol):
    """An ingress, and how to hold a port against it and kill it."""

    ingress: Ingress

    def occupy(self, port: int) -> None: ...

    def kill(self) -> None: ...


def states(status: IngressStatus) -> dict[str, UpstreamState]:
    return {f"{one.backend}/{one.name}": one.state for one in status.upstreams}


class IngressConformance:
    """The suite; a subclass gives the fixture `under_test`."""

    @pytest.fixture
    def ingress(self, under_test: IngressUnderTest) -> Iterator[Ingress]:
        yield under_test.ingress
        under_test.ingress.shutdown()

    @pytest.fixture
    def listen(self) -> int:
        return free_port()

    def test_nothing_runs_before_the_first_apply(self, ingress: Ingress) -> None:
        assert ingress.status() == IngressStatus(running=False)

    def test_what_was_applied_is_what_is_reported(self, ingress: Ingress, listen: int) -> None:
        ingress.apply(one_listener(listen, backend("shop.production.api", upstream("r1-1", 8001))))
        status = ingress.status()
        assert status.running
        assert status.pid is not None
        (only,) = status.upstreams
        assert (only.backend, only.name) == ("shop.production.api", "r1-1")
        assert (only.address, only.port) == ("127.0.0.1", 8001)
        assert (only.state, only.connections, only.requests_total) == (READY, 0, 0)

    def test_applying_the_same_again_changes_nothing(self, ingress: Ingress, listen: int) -> None:
        config = one_listener(listen, backend("a", upstream("r1-1", 8001)))
        ingress.apply(config)
        before = ingress.status()
        ingress.apply(config)
        assert ingress.status() == before

    def test_a_new_release_opens_while_the_old_one_drains(
        self, ingress: Ingress, listen: int
    ) -> None:
        ingress.apply(one_listener(listen, backend("a", upstream("r1-1", 8001))))
        ingress.apply(
            one_listener(
                listen, backend("a", upstream("r1-1", 8001, DRAIN), upstream("r2-1", 8002))
            )
        )
        assert states(ingress.status()) == {"a/r1-1": DRAIN, "a/r2-1": READY}
        ingress.apply(one_listener(listen, backend("a", upstream("r2-1", 8002))))
        assert states(ingress.status()) == {"a/r2-1": READY}

    def test_a_drained_release_is_opened_again_by_a_rollback(
        self, ingress: Ingress, listen: int
    ) -> None:
        old, new = upstream("r1-1", 8001), upstream("r2-1", 8002)
        ingress.apply(one_listener(listen, backend("a", upstream("r1-1", 8001, DRAIN), new)))
        ingress.apply(one_listener(listen, backend("a", old, upstream("r2-1", 8002, DRAIN))))
        assert states(ingress.status()) == {"a/r1-1": READY, "a/r2-1": DRAIN}

    def test_an_upstream_may_come_back_at_another_address(
        self, ingress: Ingress, listen: int
    ) -> None:
        ingress.apply(one_listener(listen, backend("a", upstream("r1-1", 8001))))
        ingress.apply(one_listener(listen, backend("a", upstream("r1-1", 8009))))
        assert [(one.name, one.port) for one in ingress.status().upstreams] == [("r1-1", 8009)]

    def test_backends_and_routes_come_and_go(self, ingress: Ingress, listen: int) -> None:
        first, second = backend("a", upstream("x", 8001)), backend("b", upstream("x", 8002))
        ingress.apply(one_listener(listen, first))
        both = (Route(backend="a"), Route(backend="b", path="/b", strip="/b"))
        ingress.apply(one_listener(listen, first, second, routes=both))
        assert states(ingress.status()) == {"a/x": READY, "b/x": READY}
        ingress.apply(one_listener(listen, second))
        assert states(ingress.status()) == {"b/x": READY}

    def test_an_empty_configuration_is_served(self, ingress: Ingress, listen: int) -> None:
        ingress.apply(IngressConfig(listeners=(Listener(port=listen, address="127.0.0.1"),)))
        assert ingress.status().running
        assert ingress.status().upstreams == ()

    def test_it_comes_back_as_it_was_after_a_kill(
        self, under_test: IngressUnderTest, ingress: Ingress, listen: int
    ) -> None:
        config = one_listener(
            listen, backend("a", upstream("r1-1", 8001, DRAIN), upstream("r2-1", 8002))
        )
        ingress.apply(config)
        under_test.kill()
        assert not ingress.status().running
        ingress.apply(config)
        assert states(ingress.status()) == {"a/r1-1": DRAIN, "a/r2-1": READY}

    def test_shutdown_ends_it_and_may_be_repeated(self, ingress: Ingress, listen: int) -> None:
        ingress.apply(one_listener(listen, backend("a", upstream("x", 8001))))
        ingress.shutdown()
        ingress.shutdown()
        assert ingress.status() == IngressStatus(running=False)

    def test_a_taken_port_is_refused_and_the_running_state_stays(
        self, under_test: IngressUnderTest, ingress: Ingress, listen: int
    ) -> None:
        config = one_listener(listen, backend("a", upstream("x", 8001)))
        ingress.apply(config)
        taken = free_port()
        under_test.occupy(taken)
        wanted = IngressConfig(
            listeners=(*config.listeners, Listener(port=taken, address="127.0.0.1")),
            backends=config.backends,
        )
        with pytest.raises(Problem, match=str(taken)) as caught:
            ingress.apply(wanted)
        assert caught.value.kind == "port-in-use"
        assert any(str(taken) in hint for hint in caught.value.hints)
        assert states(ingress.status()) == {"a/x": READY}

    @pytest.mark.parametrize(
        "hostile", ["a\nglobal", 'a"b', "a{b}", "a b", "", "a;b", "a#b", "a\x00"]
    )
    def test_hostile_names_are_refused_and_the_running_state_stays(
        self, ingress: Ingress, listen: int, hostile: str
    ) -> None:
        good = backend("a", upstream("x", 8001))
        ingress.apply(one_listener(listen, good))
        for config in hostile_configs(listen, good, hostile):
            with pytest.raises(Problem) as caught:
                ingress.apply(config)
            assert caught.value.kind == "ingress-refused"
        assert states(ingress.status()) == {"a/x": READY}


def hostile_configs(port: int, good: Backend, hostile: str) -> tuple[IngressConfig, ...]:
    """Return configurations that carry `hostile` wherever a text can stand."""
    address = Upstream(name="y", address=hostile, port=8001)
    return (
        one_listener(port, Backend(id=hostile), routes=(Route(backend=hostile),)),
        one_listener(port, backend("a", upstream(hostile, 8001))),
        one_listener(port, backend("a", address)),
        one_listener(port, good, routes=(Route(backend="a", host=hostile),)),
        one_listener(
            port, good, routes=(Route(backend="a", path=f"/{hostile}" if hostile else "//"),)
        ),
        one_listener(port, good, routes=(Route(backend="a", path="/b", strip=f"/c{hostile}"),)),
        one_listener(port, good, routes=(Route(backend=f"b{hostile}"),)),
        IngressConfig(listeners=(Listener(port=port, address=hostile),)),
    )
