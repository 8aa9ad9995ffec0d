"""What the ingress is asked for follows from what serves, and from nothing else."""

from __future__ import annotations

import pytest

from shipway.errors import Problem
from shipway.model.application import Application, RouteRule, Service
from shipway.model.names import EnvironmentId, Scope
from shipway.model.routing import UpstreamState
from shipway.model.workload import Instance, InstanceState, Role
from shipway.rollout.traffic import EnvironmentTraffic, assemble, joined


def app(project: str = "shop", environment: str = "staging", **changes: object) -> Application:
    values: dict[str, object] = {
        "environment": EnvironmentId(project, environment),
        "services": (
            Service(name="web", role=Role.WEB, definition={}, port=3000),
            Service(name="api", role=Role.WEB, definition={}, port=8000),
        ),
        "routes": (RouteRule(service="web"), RouteRule(service="api", path="/api")),
        "port": 4400,
        **changes,
    }
    return Application(**values)  # type: ignore[arg-type]


def instance(release: int, service: str = "api", index: int = 1, **changes: object) -> Instance:
    values: dict[str, object] = {
        "id": f"{service}-{release}-{index}",
        "scope": Scope(environment=EnvironmentId("shop", "staging"), release=release),
        "service": service,
        "index": index,
        "state": InstanceState.RUNNING,
        "address": f"10.0.{release}.{index}",
        **changes,
    }
    return Instance(**values)  # type: ignore[arg-type]


def traffic(application: Application, *instances: Instance, serving: int = 2) -> EnvironmentTraffic:
    return EnvironmentTraffic(
        app=application, serving=serving, instances=instances, remembered={"api-2-1": "10.9.9.9"}
    )


def test_the_serving_release_is_ready_and_the_earlier_one_drains() -> None:
    config = assemble([traffic(app(), instance(1), instance(2))])
    api = next(item for item in config.backends if item.id == "shop.staging.api")
    assert [(item.name, item.state) for item in api.upstreams] == [
        ("r1-1", UpstreamState.DRAIN),
        ("r2-1", UpstreamState.READY),
    ]


def test_an_instance_that_restarts_keeps_its_place_at_its_last_address() -> None:
    down = instance(2, state=InstanceState.RESTARTING, address=None)
    config = assemble([traffic(app(), down)])
    api = next(item for item in config.backends if item.id == "shop.staging.api")
    assert [item.address for item in api.upstreams] == ["10.9.9.9"]


def test_environments_by_port_by_host_and_by_path_stand_side_by_side() -> None:
    """R017, R018, R020: the ways in which the documents tell environments apart."""
    by_host = app("shop", "production", port=80, hosts=("shop.example.com", "www.shop.example.com"))
    by_path = app("blog", "production", port=80, base_path="/blog")
    config = assemble([traffic(app()), traffic(by_host), traffic(by_path)])
    assert [(item.port, len(item.routes)) for item in config.listeners] == [(80, 6), (4400, 2)]
    blog = [route for route in config.listeners[0].routes if route.backend.startswith("blog.")]
    assert [(route.host, route.path, route.strip) for route in blog] == [
        (None, "/blog", "/blog"),
        (None, "/blog/api", "/blog"),
    ]


def test_a_rule_of_a_host_goes_before_one_of_all_hosts_for_the_same_path() -> None:
    """Both stood for the host of the environment, and the deploy was refused by itself."""
    shop = app(
        hosts=("shop.example.com", "api.example.com"),
        routes=(
            RouteRule(service="web"),
            RouteRule(service="web", path="/docs"),
            RouteRule(service="api", host="api.example.com"),
        ),
    )
    (listener,) = assemble([traffic(shop)]).listeners
    assert sorted((one.host, one.path, one.backend) for one in listener.routes) == [
        ("api.example.com", "/", "shop.staging.api"),
        ("api.example.com", "/docs", "shop.staging.web"),
        ("shop.example.com", "/", "shop.staging.web"),
        ("shop.example.com", "/docs", "shop.staging.web"),
    ]


def test_two_environments_that_want_the_same_route_are_refused() -> None:
    with pytest.raises(Problem, match="already belongs to shop/staging"):
        assemble([traffic(app()), traffic(app("other", "staging"))])


def test_names_that_look_alike_never_share_a_backend() -> None:
    one = app("shop", "staging", port=1001)
    other = app("shop-staging", "staging", port=1002)
    config = assemble([traffic(one), traffic(other)])
    identifiers = [item.id for item in config.backends]
    assert len(identifiers) == len(set(identifiers)) == 4


@pytest.mark.parametrize(
    ("base", "path", "whole"),
    [
        ("/", "/", "/"),
        ("/shop", "/", "/shop"),
        ("/", "/api", "/api"),
        ("/shop/", "/api/", "/shop/api"),
    ],
)
def test_paths_are_joined_with_single_slashes(base: str, path: str, whole: str) -> None:
    assert joined(base, path) == whole
