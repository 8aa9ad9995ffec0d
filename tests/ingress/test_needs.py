"""A frontend does for a request what its routes need, and nothing that costs all the others."""

from __future__ import annotations

from typing import Any

import pytest

from shipway.ingress.render import render
from shipway.ingress.settings import IngressSettings
from shipway.model.routing import (
    Backend,
    IngressConfig,
    Listener,
    Login,
    Maintenance,
    RateLimit,
    Route,
    RoutePolicy,
)
from shipway.model.workload import SecretMap

SETTINGS = IngressSettings()

ASKING: dict[str, tuple[RoutePolicy, dict[str, Any], dict[str, int]]] = {
    "nothing": (RoutePolicy(), {}, {"client": 0, "scheme": 0, "policy": 0}),
    "rate": (RoutePolicy(rate=RateLimit(requests=1)), {}, {"client": 1}),
    "allow": (RoutePolicy(allow=("10.0.0.0/8",)), {}, {"client": 1}),
    "login": (RoutePolicy(login="l"), {}, {"client": 1}),
    "hsts": (RoutePolicy(), {"hsts_s": 60}, {"scheme": 1}),
    "maintenance": (
        RoutePolicy(),
        {"maintenance": Maintenance(allow=("10.0.0.0/8",))},
        {"client": 1},
    ),
    "two kinds": (RoutePolicy(body_bytes_max=1), {}, {"policy": 1}),
}


@pytest.mark.parametrize("proxies", [(), ("10.0.0.0/8",)])
@pytest.mark.parametrize("name", ASKING)
def test_a_frontend_sets_what_the_backends_behind_it_ask_for_and_no_more(
    name: str, proxies: tuple[str, ...]
) -> None:
    """A variable that nobody has set would let everybody through a limit."""
    policy, more, wanted = ASKING[name]
    routes = [Route(backend="a", policy=policy)]
    if name == "two kinds":
        routes.append(Route(backend="a", path="/x"))
    config = IngressConfig(
        listeners=(Listener(port=80, routes=tuple(routes), trusted_proxies=proxies),),
        backends=(Backend(id="a", **more),),
        logins=(Login(id="l", users=SecretMap({"u": "p"})),),
    )
    text = render(config, SETTINGS).text
    for variable in ("client", "scheme", "policy"):
        asked = f"var(txn.{variable})" in text
        is_set = f"set-var(txn.{variable})" in text
        assert is_set or not asked, (variable, text)
        if not proxies:
            assert is_set is bool(wanted.get(variable)), (variable, text)


def test_a_request_is_looked_up_only_where_it_may_be_found() -> None:
    """By port alone there is no name to look for, and where all routes have one nothing else."""

    def lookups(*routes: Route) -> list[str]:
        listener = Listener(port=80, routes=routes)
        config = IngressConfig(listeners=(listener,), backends=(Backend(id="a"),))
        lines = render(config, SETTINGS).text.splitlines()
        return [line.strip() for line in lines if "set-var(txn.route)" in line]

    plain, named = Route(backend="a"), Route(backend="a", host="a.example")
    first, otherwise = lookups(plain)
    assert first.startswith("http-request set-var(txn.route) path,concat(/),")
    assert otherwise.startswith("http-request set-var(txn.route) var(txn.path),")
    first, otherwise = lookups(named)
    assert first.startswith("http-request set-var(txn.route) base,concat(/),")
    assert "req.fhdr(host)" in otherwise
    assert len(lookups(plain, named)) == 3
    assert lookups() == []


def test_a_route_of_which_nothing_is_said_ends_the_rules_when_it_is_found() -> None:
    """What is asked of odd requests costs the plain ones nothing."""
    found = "    http-request allow if { var(txn.route) -m found }"

    def lines(**more: Any) -> list[str]:
        listener = Listener(port=80, routes=(Route(backend="a", path="/x", **more),))
        config = IngressConfig(listeners=(listener,), backends=(Backend(id="a"),))
        return render(config, SETTINGS).text.splitlines()

    plain = lines()
    assert "regsub" in plain[plain.index(found) + 1]
    assert found not in lines(strip="/x")
