"""What the ingress is to serve, out of what the environments are.  Pure.

Invariant: the serving release's instances are ready, every other running instance of a
routed service drains, and nothing else is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shipway.errors import Problem
from shipway.model.application import Application, RouteRule
from shipway.model.names import release_label
from shipway.model.routes import rules_by_host
from shipway.model.routing import (
    Backend,
    Certificate,
    Challenge,
    IngressConfig,
    Listener,
    Login,
    Maintenance,
    Route,
    RoutePolicy,
    Upstream,
    UpstreamState,
)
from shipway.model.sleep import WAKE_DEADLINE_S, Sleep, SleepState
from shipway.model.workload import Instance, InstanceState, SecretMap

WAKER = "waker"
HOLD_S = WAKE_DEADLINE_S + 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentTraffic:
    """One environment that is served.

    app: as the serving release has it.  instances: all that run in the environment.
    remembered: addresses of instances that are being restarted right now, by id.
    sleep: where it is not awake.
    closed: it is closed for maintenance, but for these networks; None: it is open.
    """

    app: Application
    serving: int
    instances: Sequence[Instance]
    remembered: Mapping[str, str] = field(default_factory=dict)
    closed: tuple[str, ...] | None = None
    sleep: Sleep | None = None


def backend_id(app: Application, service: str) -> str:
    """Return the name of a routed service's backend: `shop.staging.api`."""
    return f"{app.environment.project}.{app.environment.name}.{service}"


def upstream_name(instance: Instance) -> str:
    """Return the name of an instance among its backend's upstreams: `r42-1`."""
    return f"{release_label(instance.scope.release or 0)}-{instance.index}"


def assemble(
    environments: Iterable[EnvironmentTraffic],
    *,
    certificates: Iterable[Certificate] = (),
    challenges: Iterable[Challenge] = (),
) -> IngressConfig:
    """Return the whole configuration; Problem `route-taken` where two want the same."""
    backends: list[Backend] = []
    logins: list[Login] = []
    listeners = _Listeners()
    for environment in environments:
        app = environment.app
        names = sorted({rule.service for rule in app.routes})
        backends += [_backend(environment, name) for name in names]
        logins += _logins(app)
        for route in _routes(app):
            listeners.add(app, app.port, route, tls=app.front.tls is not None)
        for port, route in redirects(app):
            listeners.add(app, port, route, tls=False)
    return IngressConfig(
        listeners=listeners.made(),
        backends=tuple(backends),
        logins=tuple(logins),
        certificates=tuple(certificates),
        challenges=tuple(challenges),
    )


class _Listeners:
    """Gathers routes by address and port, and refuses those that are taken."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], Listener] = {}
        self._owners: dict[tuple[int, str | None, str], tuple[str, Route]] = {}
        self._speakers: dict[int, tuple[str, bool]] = {}

    def add(self, app: Application, port: int, route: Route, *, tls: bool) -> None:
        owner, speaks = self._speakers.setdefault(port, (str(app.environment), tls))
        if speaks is not tls:
            raise _other_protocol(app, port, owner, tls=speaks)
        key = (port, route.host, route.path)
        taken = self._owners.setdefault(key, (str(app.environment), route))
        listener = self._found.setdefault(
            (app.address, port), Listener(address=app.address, port=port, tls=tls)
        )
        if taken[1] is not route:
            if taken[1].https_port and taken[1].https_port == route.https_port:
                return  # two environments below one host are sent to the same place
            raise _taken(app, port, route, taken[0])
        proxies = dict.fromkeys((*listener.trusted_proxies, *app.front.trusted_proxies))
        self._found[app.address, port] = replace(
            listener, routes=(*listener.routes, route), trusted_proxies=tuple(proxies)
        )

    def made(self) -> tuple[Listener, ...]:
        return tuple(listener for _, listener in sorted(self._found.items()))


def redirects(app: Application) -> Iterable[tuple[int, Route]]:
    """Yield what sends an environment's plain requests to HTTPS, each with its port."""
    tls = app.front.tls
    if tls is None or tls.redirect_port is None:
        return
    for host in names_of(app) or (None,):
        route = Route(host=host, path=joined(app.base_path, "/"), https_port=app.port)
        yield tls.redirect_port, route


def ports_of(app: Application) -> tuple[int, ...]:
    """Return the ports on which an environment takes requests."""
    tls = app.front.tls
    if tls is None or tls.redirect_port is None:
        return (app.port,)
    return (app.port, tls.redirect_port)


def names_of(app: Application) -> tuple[str, ...]:
    """Return the host names under which an environment is reached."""
    named = (*app.hosts, *(rule.host for rule in app.routes if rule.host is not None))
    return tuple(dict.fromkeys(named))


def _routes(app: Application) -> Iterable[Route]:
    logins = _login_ids(app)
    for rule in rules_by_host(app):
        response_s, tunnel_s = _timeouts(app, rule.service)
        policy = RoutePolicy(
            rate=rule.rate,
            body_bytes_max=rule.body_bytes_max,
            allow=rule.allow,
            login=logins.get(rule.login, ""),
            cache=rule.cache,
            cache_hashed=rule.cache_hashed,
            response_timeout_s=_unless(rule.response_timeout_s, response_s),
            tunnel_timeout_s=_unless(rule.tunnel_timeout_s, tunnel_s),
        )
        yield Route(
            backend=backend_id(app, rule.service),
            host=rule.host,
            path=joined(app.base_path, rule.path),
            strip=_stripped(app, rule),
            policy=policy,
        )


def _timeouts(app: Application, service: str) -> tuple[float, float]:
    """Return a backend's own time-outs: the longest of its routes."""
    rules = [rule for rule in app.routes if rule.service == service]
    return (
        max(rule.response_timeout_s for rule in rules),
        max(rule.tunnel_timeout_s for rule in rules),
    )


def _unless(seconds: float, same: float) -> float | None:
    return None if seconds == same else seconds


def _login_ids(app: Application) -> Mapping[tuple[tuple[str, str], ...], str]:
    """Return the names of the environment's logins, by their users."""
    wanted = dict.fromkeys(rule.login for rule in app.routes if rule.login)
    base = f"{app.environment.project}.{app.environment.name}"
    return {
        users: base if number == 0 else f"{base}.{number + 1}"
        for number, users in enumerate(wanted)
    }


def _logins(app: Application) -> Iterable[Login]:
    for users, name in _login_ids(app).items():
        passwords = {user: app.front.values[variable] for user, variable in users}
        yield Login(id=name, users=SecretMap(passwords))


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
        serving = instance.scope.release == environment.serving and _takes(environment.sleep)
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
    if environment.sleep is not None:
        upstreams.append(
            Upstream(name=WAKER, address="127.0.0.1", port=environment.sleep.port, holds=True)
        )
    response_s, tunnel_s = _timeouts(app, service)
    front = app.front
    maintenance = None
    if environment.closed is not None:
        page = front.pages.get("maintenance", "")
        maintenance = Maintenance(page=page, allow=environment.closed)
    return Backend(
        id=backend_id(app, service),
        upstreams=tuple(sorted(upstreams, key=lambda item: item.name)),
        response_timeout_s=response_s,
        tunnel_timeout_s=tunnel_s,
        hold_s=HOLD_S if app.sleep_after_s is not None or environment.sleep else 0.0,
        headers=tuple(sorted(front.headers.items())),
        hsts_s=front.tls.hsts_s if front.tls else 0,
        compress=front.compress,
        pages={int(name): page for name, page in front.pages.items() if name.isdigit()},
        maintenance=maintenance,
    )


def _takes(sleep: Sleep | None) -> bool:
    """Return whether instances get requests: awake, or just about to be."""
    return sleep is None or sleep.state is SleepState.OPENING


def _other_protocol(app: Application, port: int, owner: str, *, tls: bool) -> Problem:
    speaks, other = ("HTTPS", "plain HTTP") if tls else ("plain HTTP", "HTTPS")
    return Problem(
        "route-taken",
        f"{app.environment}: port {port} speaks {speaks} for {owner}, so it cannot speak {other}."
        " Nothing was changed.",
        hints=[f"another port for {app.environment.name}, in shipway.yaml"],
    )


def _taken(app: Application, port: int, route: Route, owner: str) -> Problem:
    where = f"{route.host or 'any host'}:{port}{route.path}"
    return Problem(
        "route-taken",
        f"{app.environment}: {where} already belongs to {owner}. Nothing was changed.",
        hints=[f"another port or a host for {app.environment.name}, in shipway.yaml"],
    )
