"""Which requests go to which service: as declared, else the one obvious rule.

Nothing is guessed where there is a choice: a Problem proposes the lines to write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shipway.errors import Problem
from shipway.model.application import RouteRule
from shipway.model.workload import Role
from shipway.spec.facts import ServiceFacts
from shipway.spec.images import is_data_store, is_proxy
from shipway.spec.roles import is_scheduler
from shipway.spec.values import EnvironmentSpec, RouteSpec, Spec

CONSOLES = frozenset({"flower", "adminer", "pgadmin", "dozzle", "grafana", "redisinsight"})
"""Pages for those who run an application: never what stands at `/`."""
API_NAMES = ("api", "backend", "server", "rest", "graphql")
DEFAULT_BURST = 20
WEB_NAMES = ("frontend", "web", "www", "app", "site", "client", "ui", "nginx", "proxy")


def declared_routes(spec: Spec, environment: EnvironmentSpec) -> tuple[RouteSpec, ...] | None:
    """Return the rules that shipway.yaml gives the environment; its own replace the common.

    None: nothing is said.  Empty: nothing takes requests, and that is meant.
    """
    return environment.routes if environment.routes is not None else spec.routes


def infer_route(
    services: Mapping[str, ServiceFacts], roles: Mapping[str, Role | None], spec: Spec
) -> tuple[RouteRule, str]:
    """Return `/` to the only service that publishes a port, and a note that says so.

    roles: the explicit ones.  Raises Problem `routes-needed` for none or several.
    """
    publishing = [name for name in _candidates(services, roles) if services[name].published]
    if len(publishing) == 1:
        name = publishing[0]
        return RouteRule(service=name), f"{name} gets all requests: it alone publishes a port."
    raise _routes_needed(services, roles, spec, publishing)


def make_rule(route: RouteSpec) -> RouteRule:
    """Return the rule of a declared route."""
    rule = RouteRule(
        service=route.service.value, path=route.path, host=route.host, strip=route.strip
    )
    rate = route.rate
    if rate is not None:
        rate = replace(rate, burst=DEFAULT_BURST if route.burst is None else route.burst)
    return RouteRule(
        service=rule.service,
        path=rule.path,
        host=rule.host,
        strip=rule.strip,
        response_timeout_s=rule.response_timeout_s if route.timeout_s is None else route.timeout_s,
        tunnel_timeout_s=rule.tunnel_timeout_s
        if route.websocket_timeout_s is None
        else route.websocket_timeout_s,
        rate=rate,
        body_bytes_max=route.body_bytes_max,
        allow=route.allow,
        login=tuple(sorted(route.login.items())),
        cache=route.cache[0],
        cache_hashed=route.cache[1],
    )


def _candidates(
    services: Mapping[str, ServiceFacts], roles: Mapping[str, Role | None]
) -> list[str]:
    """Return the services that might take requests from outside."""
    return [
        name
        for name, service in services.items()
        if roles.get(name) is Role.WEB
        or (roles.get(name) is None and not service.completes and not _stateful(service))
    ]


def _stateful(service: ServiceFacts) -> bool:
    keeps_data = bool(service.volumes) and not is_proxy(service.image)
    return not service.build and (is_data_store(service.image) or keeps_data)


def _routes_needed(
    services: Mapping[str, ServiceFacts],
    roles: Mapping[str, Role | None],
    spec: Spec,
    publishing: list[str],
) -> Problem:
    likely = likely_services(services, roles)
    keepers = [
        name
        for name, service in services.items()
        if service.published and _stateful(service) and not is_data_store(service.image)
    ]
    more: tuple[str, ...] = ()
    if not publishing and keepers:
        likely = keepers
        more = ("services:", *(f"  {name}: {{role: web}}" for name in keepers))
        reason = (
            f"{_list(keepers)} would take the requests, but keeps data in a volume:"
            " may two of it run at once for a moment?"
        )
    elif publishing:
        reason = f"{_list(publishing)} publish ports: which requests go to which service?"
    else:
        reason = "no service publishes a port: which one takes the requests?"
    return Problem(
        "routes-needed",
        f"{reason} Write it to {spec.source.path}, for example:",
        details=("routes:", *propose_routes(likely), *more),
        hints=[
            f"edit {spec.source.path}, then: shipway check --static",
            "write routes: [] where nothing takes requests from outside",
        ],
    )


def likely_services(
    services: Mapping[str, ServiceFacts], roles: Mapping[str, Role | None]
) -> list[str]:
    """Return the services that most likely take requests from outside, for a proposal."""
    names = [name for name in _candidates(services, roles) if not is_scheduler(services[name])]
    likely = [name for name in names if services[name].published or services[name].exposed]
    likely = likely or [name for name in names if _may_serve(services[name])] or names
    return [name for name in likely if services[name].build] or likely


def propose_routes(names: list[str]) -> tuple[str, ...]:
    """Return lines below `routes:` that send requests to these services, the root last."""
    if not names:
        return ("  /: NAME_OF_A_SERVICE",)
    root = min(names, key=_rank)
    others = [name for name in names if name != root]
    lines = [f"  /{_path_word(name)}: {name}" for name in others]
    return (*lines, f"  /: {root}")


def _rank(name: str) -> tuple[int, int]:
    """Return how likely a service is the one at `/`, the likeliest first."""
    words = name.lower().replace("_", "-").split("-")
    if any(word in CONSOLES for word in words):
        return 3, 0
    if any(word in WEB_NAMES for word in words):
        return 0, min(WEB_NAMES.index(word) for word in words if word in WEB_NAMES)
    return (2, 0) if any(word in API_NAMES for word in words) else (1, 0)


def _path_word(name: str) -> str:
    words = name.lower().replace("_", "-").split("-")
    return "api" if any(word in API_NAMES for word in words) else name


def _may_serve(service: ServiceFacts) -> bool:
    return bool(service.dockerfile_ports or service.health_port)


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
