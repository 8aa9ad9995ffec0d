"""What files for CI and editors are made of: a project's parts, and who of them is deployed."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shipway.checks.facts.files import Files
    from shipway.model.application import Application, Service
    from shipway.spec.values import Spec
    from shipway.toolchain.parts import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """A project as its own files show it.  below: its directory in the repository, or empty."""

    top: Path
    below: str
    files: Files
    parts: tuple[Part, ...]
    spec: Spec
    app: Application


def project_facts(directory: Path) -> ProjectFacts:
    """Return the facts of a project with a shipway.yaml.  Raises Problem.

    No value of an environment is needed: what Compose demands is stood in for.
    """
    from shipway.checks.facts.files import Files
    from shipway.cli.init_contract import stand_ins
    from shipway.git import top_level
    from shipway.spec.load import load_and_judge
    from shipway.spec.reader import load_spec
    from shipway.toolchain.parts import parts

    spec = load_spec(directory)
    loaded = load_and_judge(
        directory,
        environment=staging_of(spec) or next(iter(spec.environments)),
        local=directory,
        variables=stand_ins(directory, spec.compose),
    )
    files = Files(directory)
    top = top_level(directory)
    below = os.path.relpath(os.path.realpath(directory), os.path.realpath(top))
    return ProjectFacts(
        top=top,
        below="" if below == "." else below,
        files=files,
        parts=parts(files),
        spec=spec,
        app=loaded.app,
    )


def staging_of(spec: Spec) -> str | None:
    """Return the environment that commits come to first, None where there is only production."""
    if "staging" in spec.environments:
        return "staging"
    return next((name for name in spec.environments if name != "production"), None)


def production_of(spec: Spec) -> str | None:
    """Return the environment that releases are promoted to, None where there is none."""
    return "production" if "production" in spec.environments else None


def public_url(spec: Spec, name: str) -> str:
    """Return where people reach an environment; empty where only its port is known."""
    from shipway.model.addresses import address

    environment = spec.environments[name]
    if not environment.hosts:
        return ""
    tls = environment.tls is not None
    return address(environment.hosts[0], port=environment.port, tls=tls, path=environment.path)


def services_of(part: Part, app: Application, *, alone: bool) -> tuple[Service, ...]:
    """Return the services that are built from a part.

    alone: it is the only part of its language, so that what no directory tells apart is its.
    """
    built = [service for service in app.services if service.build]
    own = tuple(service for service in built if part.directory in _directories(service, app))
    return own or (tuple(built) if alone else ())


def in_repository(part: Part, below: str) -> Part:
    """Return the part with paths from the repository's root."""
    if not below:
        return part

    def moved(path: str) -> str:
        return os.path.normpath(f"{below}/{path}")

    return replace(
        part,
        directory=moved(part.directory),
        lock=moved(part.lock) if part.lock else "",
        requirements=tuple(moved(path) for path in part.requirements),
    )


def _directories(service: Service, app: Application) -> set[str]:
    """Return the directory of a service's build context and that of its Dockerfile."""
    build = service.definition.get("build")
    if not isinstance(build, dict):
        return set()
    context = str(build.get("context") or "")
    dockerfile = os.path.join(context, str(build.get("dockerfile") or "Dockerfile"))  # noqa: PTH118
    found = (os.path.relpath(path, app.root) for path in (context, os.path.dirname(dockerfile)))  # noqa: PTH120
    return {"" if path == "." else path for path in found}
