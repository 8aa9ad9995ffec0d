"""What `init` proposes beside routes, jobs and the contract: the Compose file, smoke checks.

Read from the Compose model and from the names of files: nothing is run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from shipway.model.workload import Role
from shipway.spec.flow import flow

if TYPE_CHECKING:
    from shipway.checks.facts.files import Files
    from shipway.model.application import Application, RouteRule, Service

COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_PRODUCTION_NAMES = re.compile(
    r"docker-compose\.prod(uction)?\.ya?ml|compose\.prod(uction)?\.ya?ml"
)
_ADMIN = re.compile(r"flower|admin|grafana|adminer|console")


def compose_line(directory: Path, files: Files) -> list[str]:
    """Return `compose:` where what is meant for servers is not what Docker Compose takes."""
    from shipway.spec.composition import default_files

    default = default_files(directory)
    if default:
        return _for_servers(default, files)
    named = list(files.named(*COMPOSE_NAMES))
    named = named or [
        path for path in files.paths if _PRODUCTION_NAMES.fullmatch(path.rpartition("/")[2])
    ]
    named.sort(key=lambda path: (path.count("/"), path))
    return [f"compose: {named[0]}"] if named else []


def _for_servers(default: tuple[str, ...], files: Files) -> list[str]:
    """Return `compose:` where a file for servers lies beside the default one, or an override."""
    from shipway.checks.facts.compose_files import compose_views, for_servers

    views = [view.files for view in compose_views(files) if view.deployed]
    served = [names for names in views if for_servers(names[-1]) and "/" not in names[-1]]
    if len(served) == 1:
        text = served[0][0] if len(served[0]) == 1 else f"[{', '.join(served[0])}]"
        return [f"# guessed from its name: {served[0][-1]} is for servers", f"compose: {text}"]
    if len(default) > 1:
        left = f"# without {default[1]}, which Docker Compose takes, too: it is for development"
        return [left, f"compose: {default[0]}"]
    return []


def smoke_lines(app: Application) -> list[str]:
    """Return a request through the ingress for each service whose health it reaches."""
    found = []
    roots = [rule for rule in app.routes if rule.path == "/" and rule.host is None]
    root = roots[0].service if len(app.of_role(Role.WEB)) > 1 and roots else ""
    for service in app.of_role(Role.WEB):
        probe = service.probe
        if probe is None or len(probe.paths) != 1 or service.name == root:
            continue
        path = probe.paths[0]
        if not re.search(r"health|ready|status|/up$", path) or _ADMIN.search(service.name):
            continue
        outside = _outside(path, service.name, app)
        if outside:
            found.append(
                f"  - {{name: {service.name} is well, path: {flow(outside)}, status: 200}}"
            )
    if root:
        found.append("  - {name: the first page, path: /, status: 200}")
    return ["", "smoke:", *found] if found else []


def _outside(path: str, service: str, app: Application) -> str:
    """Return where clients find a service's page; empty where no route leads there."""
    stripped = [rule for rule in app.routes if rule.service == service and rule.strip]
    if stripped and stripped[0].host is None:
        return f"{stripped[0].path.rstrip('/')}{path}"
    best = _best(path, app)
    return path if best is not None and best.service == service else ""


def _best(path: str, app: Application) -> RouteRule | None:
    rules = [rule for rule in app.routes if rule.host is None and _below(path, rule.path)]
    return max(rules, key=lambda rule: len(rule.path), default=None)


def _below(path: str, prefix: str) -> bool:
    return prefix in {"/", path} or path.startswith(f"{prefix}/")


def journey_lines(app: Application) -> list[str]:
    """Return a first journey: every service that tells its health is asked from outside."""
    steps = []
    for service in app.of_role(Role.WEB):
        probe = service.probe
        if probe is None or len(probe.paths) != 1 or _ADMIN.search(service.name):
            continue
        outside = _outside(probe.paths[0], service.name, app)
        if outside:
            steps.append(
                f"      - {{name: {service.name}, request: {flow(f'GET {outside}')}, expect: {{status: 200}}}}"
            )
    if not steps:
        return []
    heading = [
        "",
        "# a first one: replace it with what your users do (docs/journeys.md)",
        "journeys:",
    ]
    about = "    about: Every service that requests reach answers for itself."
    return [*heading, "  everybody-answers:", about, "    steps:", *steps]


def build_directory(service: Service, app: Application) -> str | None:
    """Return the build directory below the project, empty for the project's own."""
    build = service.definition.get("build")
    if not isinstance(build, dict):
        return None
    found = os.path.relpath(str(build.get("context") or app.root), app.root)
    return None if found.startswith("..") else "" if found == "." else found


def own_directory(service: Service, app: Application) -> str | None:
    """Return where a service's own files lie: its build directory, else its Dockerfile's."""
    context = build_directory(service, app)
    build = service.definition.get("build")
    if context is None or not isinstance(build, dict):
        return context
    inside = str(build.get("dockerfile") or "Dockerfile").rpartition("/")[0]
    return os.path.normpath(f"{context}/{inside}").lstrip("/") if inside else context


def below_routes(lines: list[str], more: list[str]) -> Iterator[str]:
    """Yield the lines with `more` put right below `routes:`."""
    for line in lines:
        yield line
        if line == "routes:":
            yield from more
