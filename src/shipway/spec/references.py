"""Whether every service that shipway.yaml names is one of the Compose files.

A service that exists but is off (its profile is not on in this environment) may be
described below `services` and `files`; routes and jobs need it on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from shipway.errors import Problem, SourceRef
from shipway.spec.kinds import nearest
from shipway.spec.values import EnvironmentSpec, RouteSpec, Spec


def check_references(
    spec: Spec,
    environment: EnvironmentSpec,
    *,
    name: str,
    routes: tuple[RouteSpec, ...],
    active: Collection[str],
    off: Collection[str],
) -> None:
    """Raise Problem `unknown-service` or `service-off`, with file and line.

    active: the services of this environment; off: those whose profiles are not on.
    """
    for service, place in _needed(spec, routes):
        if service in active:
            continue
        if service in off:
            raise Problem(
                "service-off",
                f"{service} is off in {name}: none of its Compose profiles is on.",
                hints=[f"write profiles: [...] below environments.{name}"],
                source=place,
            )
        raise _unknown(service, place, active)
    for service, place in _described(spec, environment):
        if service not in active and service not in off:
            raise _unknown(service, place, active)


def _needed(spec: Spec, routes: tuple[RouteSpec, ...]) -> Iterator[tuple[str, SourceRef]]:
    for route in routes:
        yield route.service.value, route.service.source
    for job in spec.migrate:
        yield job.service.value, job.service.source


def _described(spec: Spec, environment: EnvironmentSpec) -> Iterator[tuple[str, SourceRef]]:
    for name, service in spec.services.items():
        yield name, service.source
    for name, replicas in environment.replicas.items():
        yield name, replicas.source
    for rule in spec.contract.values():
        for named in rule.services or ():
            yield named.value, named.source
    for file in (*spec.files, *environment.files):
        for named in file.services or ():
            yield named.value, named.source


def _unknown(service: str, place: SourceRef, active: Collection[str]) -> Problem:
    meant = nearest(service, active)
    hints = [f"did you mean {meant!r}?"] if meant else []
    hints.append(f"services of the Compose files: {', '.join(active) or 'none'}")
    return Problem(
        "unknown-service", f"there is no service {service!r}.", hints=hints, source=place
    )
