"""What an application says of an environment, as the documents show it.  Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shipway.documents.facts import EnvironmentFacts, RouteFacts, ServiceFacts
from shipway.model.addresses import addresses
from shipway.model.application import Application, Job, RouteRule, Service
from shipway.model.workload import Role
from shipway.spec.images import repository
from shipway.spec.redact import Redactor

Hide = Callable[[str], str]

_COMMAND_SHOWN = 60
_USUAL_PORTS = {
    "postgres": 5432,
    "pgvector": 5432,
    "redis": 6379,
    "valkey": 6379,
    "neo4j": 7687,
    "minio": 9000,
    "mysql": 3306,
    "mariadb": 3306,
    "mongo": 27017,
}
_LEVEL_NAMES = ("LOG_LEVEL", "LOGLEVEL")


def environment_facts(app: Application, secrets: Iterable[str] = ()) -> EnvironmentFacts:
    """Return an environment's services, routes and addresses.

    secrets: values that must not be seen, beside those that the application knows itself:
    Compose may have put them into a command.
    """
    hide = Redactor(app, secrets).hide
    return EnvironmentFacts(
        name=app.environment.name,
        port=app.port,
        hosts=app.hosts,
        urls=addresses(app),
        engine=app.engine or "",
        tls=app.front.tls is not None,
        services=tuple(_service(app, one, hide) for one in app.services),
        routes=tuple(_route(rule) for rule in app.routes),
        health=tuple(dict.fromkeys(one.path for one in app.smoke)),
        jobs=tuple((job.name, _words(app, job, hide)) for job in app.jobs),
        journeys=tuple((one.name, one.about) for one in app.journeys),
        sleep_after_s=app.sleep_after_s,
    )


def log_level(app: Application) -> str | None:
    """Return the log level that the environment's services are told, None where they are not."""
    for service in app.services:
        for name in _LEVEL_NAMES:
            if service.environment.get(name):
                return service.environment[name]
    return None


def with_exposure(
    services: Iterable[ServiceFacts], tried: tuple[Sequence[int], Sequence[int], float] | None
) -> tuple[ServiceFacts, ...]:
    """Return the services with whether other machines reach them, as it was tried.

    tried: (ports, those that answered, when).  A service none of whose ports was tried has
    none at the server's own addresses, or was never looked at.
    """
    if tried is None:
        return tuple(services)
    ports, answered, at = tried
    return tuple(_measured(one, set(ports), set(answered), at) for one in services)


def _measured(
    service: ServiceFacts, ports: set[int], answered: set[int], at: float
) -> ServiceFacts:
    own = {int(text.rpartition(":")[2]) for text in service.published if text[-1:].isdigit()}
    own |= {service.port} if service.port else set()
    if not own & ports:
        return service
    return replace(service, open=bool(own & answered), measured_at=at)


def _route(rule: RouteRule) -> RouteFacts:
    return RouteFacts(
        service=rule.service, path=rule.path, host=rule.host, limits=tuple(_limits(rule))
    )


def _limits(rule: RouteRule) -> Iterator[tuple[str, str]]:
    if rule.rate is not None:
        burst = f" +{rule.rate.burst}" if rule.rate.burst else ""
        yield "rate", f"{rule.rate.requests}/{rule.rate.per_s:g}s{burst}"
    if rule.body_bytes_max is not None:
        yield "max_body", f"{rule.body_bytes_max / 1_048_576:g} MiB"
    if rule.allow:
        yield "allow", ", ".join(rule.allow)
    if rule.login:
        yield "login", ", ".join(user for user, _password in rule.login)
    if rule.cache:
        yield "cache", rule.cache
    if rule.strip:
        yield "strip", rule.path


def _service(app: Application, service: Service, hide: Hide) -> ServiceFacts:
    definition = service.definition
    routed = any(rule.service == service.name for rule in app.routes)
    published = _published(definition) if service.role is Role.STATEFUL else ()
    return ServiceFacts(
        name=service.name,
        role=service.role.value,
        runs=hide(_runs(service)),
        port=service.port or _exposed(definition) or _usual_port(service),
        exposure="proxy" if routed else "published" if published else "none",
        published=published,
        note=_command(definition.get("command"), hide),
        wanted=service.replicas,
        volumes=tuple(
            str(mount["source"])
            for mount in definition.get("volumes") or ()
            if mount.get("type") == "volume" and mount.get("source")
        ),
        health=service.probe.paths[0] if service.probe is not None else "",
        waits_for=service.after,
    )


def _runs(service: Service) -> str:
    image = service.definition.get("image")
    if not service.build and image:
        return str(image)
    build = service.definition.get("build") or {}
    return str(build.get("dockerfile") or "Dockerfile") if build else str(image or "")


def _words(app: Application, job: Job, hide: Hide) -> str:
    if job.argv is not None:
        return _command(list(job.argv), hide)
    try:
        return _command(app.service(job.service).definition.get("command"), hide)
    except KeyError:
        return ""


def _command(command: Any, hide: Hide) -> str:
    words = command or []
    text = hide(words) if isinstance(words, str) else shlex.join(hide(str(word)) for word in words)
    return text if len(text) <= _COMMAND_SHOWN else text[: _COMMAND_SHOWN - 1].rstrip() + "…"


def _exposed(definition: Mapping[str, Any]) -> int | None:
    for port in definition.get("expose") or ():
        number = str(port).partition("/")[0]
        if number.isdigit():
            return int(number)
    return next((int(one["target"]) for one in definition.get("ports") or ()), None)


def _usual_port(service: Service) -> int | None:
    """Return the port on which a known data store listens."""
    if service.role is not Role.STATEFUL:
        return None
    return _USUAL_PORTS.get(repository(str(service.definition.get("image") or "")))


def _published(definition: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"{one.get('host_ip') or '0.0.0.0'}:{one['published']}"  # noqa: S104 - Compose's default
        for one in definition.get("ports") or ()
        if one.get("published")
    )
