"""What an application says of an environment, as the documents show it.  Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from shipway.documents.facts import EnvironmentFacts, RouteFacts, ServiceFacts
from shipway.model.application import Application, Service
from shipway.model.workload import Role

_COMMAND_SHOWN = 60
_LEVEL_NAMES = ("LOG_LEVEL", "LOGLEVEL")


def environment_facts(app: Application) -> EnvironmentFacts:
    """Return an environment's services, routes and addresses."""
    return EnvironmentFacts(
        name=app.environment.name,
        port=app.port,
        hosts=app.hosts,
        urls=_urls(app),
        engine=app.engine or "",
        services=tuple(_service(app, one) for one in app.services),
        routes=tuple(
            RouteFacts(service=rule.service, path=rule.path, host=rule.host) for rule in app.routes
        ),
        health=tuple(dict.fromkeys(one.path for one in app.smoke)),
    )


def log_level(app: Application) -> str | None:
    """Return the log level that the environment's services are told, None where they are not."""
    for service in app.services:
        for name in _LEVEL_NAMES:
            if service.environment.get(name):
                return service.environment[name]
    return None


def _urls(app: Application) -> tuple[str, ...]:
    port = "" if app.port == 80 else f":{app.port}"
    base = "/" if app.base_path == "/" else f"{app.base_path}/"
    return tuple(f"http://{host}{port}{base}" for host in app.hosts or ("127.0.0.1",))


def _service(app: Application, service: Service) -> ServiceFacts:
    definition = service.definition
    routed = any(rule.service == service.name for rule in app.routes)
    published = _published(definition) if service.role is Role.STATEFUL else ()
    return ServiceFacts(
        name=service.name,
        role=service.role.value,
        runs=_runs(service),
        port=service.port or _exposed(definition),
        exposure="proxy" if routed else "published" if published else "none",
        published=published,
        note=_command(definition),
        wanted=service.replicas,
        volumes=tuple(
            str(mount["source"])
            for mount in definition.get("volumes") or ()
            if mount.get("type") == "volume" and mount.get("source")
        ),
    )


def _runs(service: Service) -> str:
    image = service.definition.get("image")
    if not service.build and image:
        return str(image)
    build = service.definition.get("build") or {}
    return str(build.get("dockerfile") or "Dockerfile") if build else str(image or "")


def _command(definition: Mapping[str, Any]) -> str:
    words = definition.get("command") or []
    text = words if isinstance(words, str) else shlex.join(str(word) for word in words)
    return text if len(text) <= _COMMAND_SHOWN else text[: _COMMAND_SHOWN - 1].rstrip() + "…"


def _exposed(definition: Mapping[str, Any]) -> int | None:
    for port in definition.get("expose") or ():
        number = str(port).partition("/")[0]
        if number.isdigit():
            return int(number)
    return next((int(one["target"]) for one in definition.get("ports") or ()), None)


def _published(definition: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"{one.get('host_ip') or '0.0.0.0'}:{one['published']}"  # noqa: S104 - Compose's default
        for one in definition.get("ports") or ()
        if one.get("published")
    )
