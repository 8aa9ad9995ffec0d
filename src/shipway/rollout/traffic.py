"""What the ingress is to serve, out of what the environments are.  Pure.

Invariant: the serving release's instances are ready, every other running instance of a
routed service drains, and nothing else is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shipway.errors import Problem
from shipway.model.application import Application, RouteRule
from shipway.model.names import release_label
from shipway.model.routing import (
    Backend,
    IngressConfig,
    Listener,
    Route,
    Upstream,
    UpstreamState,
)
from shipway.model.workload import Instance, InstanceState


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentTraffic:
    """One environment that is served.

    app: as the serving release has it.  instances: all that run in the environment.
    remembered: addresses of instances that are being restarted right now, by id.
    """

    app: Application
    serving: int
    instances: Sequence[Instance]
    remembered: Mapping[str, str] = field(default_factory=dict)


def backend_id(app: Application, service: str) -> str:
    """Return the name of a routed service's backend: `shop.staging.api`."""
    return f"{app.environment.project}.{app.environment.name}.{service}"


def upstream_name(instance: Instance) -> str:
    """Return the name of an instance among its backend's upstreams: `r42-1`."""
    return f"{release_label(instance.scope.release or 0)}-{instance.index}"


def assemble(environments: Iterable[EnvironmentTraffic]) -> IngressConfig:
    """Return the whole configuration; Problem `route-taken` where two want the same."""
    backends: list[Backend] = []
    routes: dict[tuple[str, int], list[Route]] = {}
    taken: dict[tuple[int, str | None, str], str] = {}
    for environment in environments:
        app = environment.app
        names = sorted({rule.service for rule in app.routes})
        backends += [_backend(environment, name) for name in names]
        listener = routes.setdefault((app.address, app.port), [])
        for route in _routes(app):
            key = (app.port, route.host, route.path)
            if key in taken:
                raise _taken(app, route, taken[key])
            taken[key] = str(app.environment)
            listener.append(route)
    return IngressConfig(
        listeners=tuple(
            Listener(address=address, port=port, routes=tuple(items))
            for (address, port), items in sorted(routes.items())
        ),
        backends=tuple(backends),
    )


def _routes(app: Application) -> Iterable[Route]:
    for rule in app.routes:
        for host in _hosts(app, rule):
            yield Route(
                backend=backend_id(app, rule.service),
                host=host,
                path=joined(app.base_path, rule.path),
                strip=_stripped(app, rule),
            )


def _hosts(app: Application, rule: RouteRule) -> Sequence[str | None]:
    if rule.host is not None:
        return (rule.host,)
    return app.hosts or (None,)


def joined(base: str, path: str) -> str:
    """Return `path` below `base`: `/shop` and `/api` give `/shop/api`."""
    return "/" + "/".join(part for part in (base.strip("/"), path.strip("/")) if part)


def _stripped(app: Application, rule: RouteRule) -> str:
    """Return the prefix that is removed before the request is passed on, empty for none."""
    prefix = joined(app.base_path, rule.path if rule.strip else "/")
    return "" if prefix == "/" else prefix


def _backend(environment: EnvironmentTraffic, service: str) -> Backend:
    app = environment.app
    port = app.service(service).port
    upstreams = []
    for instance in environment.instances:
        if instance.service != service or instance.scope.release is None or port is None:
            continue
        serving = instance.scope.release == environment.serving
        address = instance.address
        if address is None and serving and instance.state is not InstanceState.CREATED:
            address = environment.remembered.get(instance.id)
        if address is None:
            continue
        upstreams.append(
            Upstream(
                name=upstream_name(instance),
                address=address,
                port=port,
                state=UpstreamState.READY if serving else UpstreamState.DRAIN,
            )
        )
    rules = [rule for rule in app.routes if rule.service == service]
    return Backend(
        id=backend_id(app, service),
        upstreams=tuple(sorted(upstreams, key=lambda item: item.name)),
        response_timeout_s=max(rule.response_timeout_s for rule in rules),
        tunnel_timeout_s=max(rule.tunnel_timeout_s for rule in rules),
    )


def _taken(app: Application, route: Route, owner: str) -> Problem:
    where = f"{route.host or 'any host'}:{app.port}{route.path}"
    return Problem(
        "route-taken",
        f"{app.environment}: {where} already belongs to {owner}. Nothing was changed.",
        hints=[f"another port or a host for {app.environment.name}, in shipway.yaml"],
    )
