"""How the services of a project tell their health: healthchecks, else their code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipway.model.workload import Role
from shipway.spec.flow import flow

if TYPE_CHECKING:
    from shipway.cli.init_sources import Sources
    from shipway.model.application import Application

_ROUTE = re.compile(
    r"""(?:\.(?:get|route|add_api_route|use|all)\(|\bpath\(|\bRoute\()\s*["'`](?P<path>(?:/api(?:/v\d)?)?/(?:healthz?|readyz?|up|status/health))["'`]"""
)
_STRING = re.compile(
    r"""["'`](?:https?://[^/"'`]+)?(?P<path>(?:/api)?/(?:healthz?|readyz?|up))["'`]"""
)


def service_lines(app: Application, sources: Sources) -> list[str]:
    """Return how each service that takes requests is asked for its health."""
    found = []
    for service in app.of_role(Role.WEB):
        if service.probe is None:
            continue
        if len(service.probe.paths) == 1:
            found.append(f"  {service.name}: {{health: {flow(service.probe.paths[0])}}}")
            continue
        path, where = health_in_code(service.name, app, sources)
        if path:
            found.append(
                f"  {service.name}: {{health: {flow(path)}}}  # guessed: {where} answers it"
            )
    return found


def health_in_code(name: str, app: Application, sources: Sources) -> tuple[str, str]:
    """Return (path, file) of a health page: the one that is probed, else one that code answers."""
    service = next((one for one in app.services if one.name == name), None)
    if service is not None and service.probe is not None and len(service.probe.paths) == 1:
        path = service.probe.paths[0]
        told = re.search(r"health|ready|/up$", path)
        return (path, "the healthcheck") if told else ("", "")
    for pattern in (_ROUTE, _STRING):
        for path in sources.of(name):
            match = pattern.search(sources.text(path))
            if match:
                return match["path"], path
    return "", ""
