"""Whether every environment, and every route in it, can be told apart from the others.

Environments share the server's ingress: a request is theirs by port, host name and path.
"""

from __future__ import annotations

import ipaddress
from itertools import combinations

from shipway.errors import Problem
from shipway.spec.values import EnvironmentSpec, RouteSpec, Spec

Place = tuple[str | None, str]
"""A host (None: any) and a path."""


def check_addresses(spec: Spec) -> None:
    """Raise Problem where two routes or two environments take the same requests."""
    for routes in (spec.routes, *(item.routes for item in spec.environments.values())):
        _check_routes(routes or ())
    for (name, one), (other_name, other) in combinations(spec.environments.items(), 2):
        _check_pair(spec, name, one, other_name, other)


def join_path(base: str, path: str) -> str:
    """Return `path` below `base`, without a slash at the end."""
    return (base.rstrip("/") + path).rstrip("/") or "/"


def _check_routes(routes: tuple[RouteSpec, ...]) -> None:
    seen: dict[Place, RouteSpec] = {}
    for route in routes:
        place = (route.host, route.path)
        if place in seen:
            raise Problem(
                "duplicate-route",
                f"two routes take {shown(place)}; the other is in line {seen[place].source.line}.",
                source=route.source,
            )
        seen[place] = route


def _check_pair(
    spec: Spec, name: str, one: EnvironmentSpec, other_name: str, other: EnvironmentSpec
) -> None:
    if one.port != other.port:
        return
    if one.address != other.address:
        if not (_is_any(one.address) or _is_any(other.address)):
            return
        raise Problem(
            "environments-collide",
            f"{name} and {other_name} take port {one.port} on {one.address} and on"
            f" {other.address}, of which one holds the other.",
            hints=["give them the same address, or different ports"],
            source=other.source,
        )
    both = _places(spec, one) & _places(spec, other)
    if both:
        place = shown(min(both, key=lambda item: (item[0] or "", item[1])))
        raise Problem(
            "environments-collide",
            f"{name} and {other_name} both take {place} on port {one.port}:"
            " neither port, host nor path tells them apart.",
            hints=[
                f"write {other_name}: {{port: {one.port + 100}}}",
                f"write {other_name}: {{host: {other_name}.example.com}}",
                f"write {other_name}: {{path: /{other_name}}}",
            ],
            source=other.source,
        )


def _places(spec: Spec, environment: EnvironmentSpec) -> set[Place]:
    routes = environment.routes if environment.routes is not None else spec.routes
    hosts: tuple[str | None, ...] = environment.hosts or (None,)
    if routes is None:
        return {(host, environment.path) for host in hosts}
    return {
        (host, join_path(environment.path, route.path))
        for route in routes
        for host in ((route.host,) if route.host else hosts)
    }


def _is_any(address: str) -> bool:
    return ipaddress.ip_address(address).is_unspecified


def shown(place: Place) -> str:
    """Return a host and a path as a person writes them."""
    host, path = place
    return f"{host}{path}" if host else path
