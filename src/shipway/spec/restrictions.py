"""What an application may not be, said with file and line."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.errors import Problem, SourceRef
from shipway.model.workload import Role
from shipway.spec.values import RouteSpec, Spec

_ONE = {
    Role.SINGLETON: "two of a singleton must never run",
    Role.STATEFUL: "a stateful service owns its data alone",
    Role.JOB: "a job runs once a release",
}


def check_replicas(name: str, role: Role, count: int, place: SourceRef, *, routed: bool) -> None:
    """Raise Problem `replicas` where the role does not allow that many."""
    if role in _ONE and count != 1:
        raise Problem(
            "replicas",
            f"{name} cannot have {count} replicas: its role is {role.value}, and {_ONE[role]}.",
            hints=[
                "write replicas: 1",
                f"write services: {{{name}: {{role: worker}}}} where that is not so",
            ],
            source=place,
        )
    if routed and count == 0:
        raise Problem(
            "replicas",
            f"{name} cannot have 0 replicas: a route leads to it.",
            hints=["write replicas: 1", "or remove its route"],
            source=place,
        )


def check_route_role(routes: tuple[RouteSpec, ...], roles: Mapping[str, Role]) -> None:
    """Raise Problem `route-role` where a route leads to what does not take requests."""
    for route in routes:
        name = route.service.value
        if roles[name] is not Role.WEB:
            raise Problem(
                "route-role",
                f"a route leads to {name}, whose role is {roles[name].value}:"
                " only web services take requests.",
                hints=[
                    f"write services: {{{name}: {{role: web}}}} where two of it may run at once",
                    "or remove the route",
                ],
                source=route.service.source,
            )


def one_port_per_service(routes: tuple[RouteSpec, ...], spec: Spec) -> dict[str, int]:
    """Return the ports that routes give to services; Problem where they disagree."""
    ports: dict[str, int] = {}
    for route in routes:
        if route.port is None:
            continue
        name = route.service.value
        said = spec.services.get(name)
        other = (said.port if said else None) or ports.get(name, route.port)
        if other != route.port:
            raise Problem(
                "two-ports",
                f"{name} would take requests on port {route.port} and on {other};"
                " a service has one.",
                hints=["make the second port a Compose service of its own"],
                source=route.source,
            )
        ports[name] = route.port
    return ports


def check_port(spec: Spec, name: str, port: int | None, place: SourceRef | None) -> None:
    """Raise Problem `port-needed` where nobody says on which port a service listens."""
    if port is None:
        raise Problem(
            "port-needed",
            f"on which port does {name} take requests? Neither Compose nor its Dockerfile"
            f" says it. Write it to {spec.source.path}:",
            details=("services:", f"  {name}: {{port: 8000}}"),
            hints=[f"edit {spec.source.path}, then: shipway check --static"],
            source=place,
        )
