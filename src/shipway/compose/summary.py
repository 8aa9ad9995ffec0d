"""Short answers about a project: names, images, and the hash that Docker gives a service."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

from shipway.compose.problems import did_you_mean, problem
from shipway.compose.project import ComposeProject
from shipway.compose.render import json_text


def services(project: ComposeProject) -> list[str]:
    """Return the services' names, dependencies before those that need them."""
    model = project.model["services"]
    needs = {name: sorted(model[name].get("depends_on", {})) for name in sorted(model)}
    return [name for name in TopologicalSorter(needs).static_order() if name in model]


def volumes(project: ComposeProject) -> list[str]:
    """Return the volumes' keys."""
    return sorted(project.model.get("volumes", {}))


def profiles(project: ComposeProject) -> list[str]:
    """Return all profiles that services name."""
    return sorted(project.all_profiles())


def images(project: ComposeProject) -> list[str]:
    """Return the services' images; a built one without a name is PROJECT-SERVICE."""
    found = project.model["services"].items()
    return [service.get("image") or f"{project.name}-{name}" for name, service in sorted(found)]


def service_hashes(project: ComposeProject, wanted: str = "*") -> list[tuple[str, str]]:
    """Return Docker's hash of each service's configuration.

    wanted: names with commas between them, or `*`.  Raises Problem.
    """
    model = project.model["services"]
    names = sorted(model) if wanted == "*" else sorted(wanted.split(","))
    for name in names:
        if name not in model:
            raise problem(f"there is no service `{name}`", hints=did_you_mean(name, model))
    return [(name, _hash(model[name])) for name in names]


def _hash(service: dict[str, Any]) -> str:
    import hashlib  # only --hash pays for it

    kept = {k: v for k, v in service.items() if k not in ("build", "pull_policy", "scale")}
    if kept.get("deploy"):
        kept["deploy"] = {k: v for k, v in kept["deploy"].items() if k != "replicas"}
    return hashlib.sha256(json_text(kept, indent=0).encode()).hexdigest()
