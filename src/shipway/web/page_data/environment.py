"""What an environment tells its services: names and where they come from, never a value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from shipway import git
from shipway.api.service import Service
from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.spec import load_spec, resolve_layers


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One variable: who gets it, and which layer it is from; secret: from the vault."""

    name: str
    services: tuple[str, ...]
    origin: str
    secret: bool


def settings_of(service: Service, environment: EnvironmentId) -> tuple[Setting, ...]:
    """Return the variables of the live release, by name; none where nothing is live."""
    world = service.world
    live = world.store.placements.live(environment)
    if live is None:
        return ()
    app = world.applications.get(live.fingerprint)
    release = world.store.catalog.release(environment.project, live.release)
    project = world.store.catalog.project(environment.project)
    secret = _secret_names(service, environment)
    origins = (
        _origins(
            project.directory,
            release.commit.hash,
            str(world.tree_of(environment.project, release.commit.hash)),
            environment.name,
        )
        if project
        else {}
    )
    owners: dict[str, list[str]] = {}
    for item in app.services:
        for name in item.environment:
            owners.setdefault(name, []).append(item.name)
    return tuple(
        Setting(
            name=name,
            services=tuple(services),
            origin="vault" if name in secret else origins.get(name, _undeclared(name)),
            secret=name in secret,
        )
        for name, services in sorted(owners.items())
    )


def _secret_names(service: Service, environment: EnvironmentId) -> frozenset[str]:
    try:
        return frozenset(service.world.vault.values(environment))
    except Problem:  # a locked vault: the names are not known
        return frozenset()


@lru_cache(maxsize=64)
def _origins(directory: str, commit: str, tree: str, environment: str) -> dict[str, str]:
    """Return where each variable of the layers comes from; a commit's tree never changes."""
    try:
        source = git.export(Path(directory), commit, Path(tree))
        spec = load_spec(source)
        layers = resolve_layers(spec, environment, source=source, local=Path(directory))
    except (Problem, OSError):
        return {}
    return {key: str(item.origin) for key, item in layers.variables.items()}


def _undeclared(name: str) -> str:
    """Return where a variable comes from that no layer holds."""
    return "shipway" if name.startswith("SHIPWAY_") else "compose"
