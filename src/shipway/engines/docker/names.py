"""The names of containers, networks, volumes and images, and the labels that decide.

Invariant: names are for people; what belongs to whom is read from labels alone, by
equality, so that `shop` beside `shop-staging` never touch each other's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Role, Workload

PREFIX = "io.shipway"
PROJECT = f"{PREFIX}.project"
ENVIRONMENT = f"{PREFIX}.environment"
RELEASE = f"{PREFIX}.release"
SERVICE = f"{PREFIX}.service"
INDEX = f"{PREFIX}.index"
ROLE = f"{PREFIX}.role"
CONFIG_HASH = f"{PREFIX}.config-hash"
RUN = f"{PREFIX}.run"
"""On a container that runs once: which run it is.  Such a container is no instance."""


def environment_labels(environment: EnvironmentId) -> dict[str, str]:
    """Return the labels of what belongs to an environment."""
    return {PROJECT: environment.project, ENVIRONMENT: environment.name}


def scope_labels(scope: Scope) -> dict[str, str]:
    """Return the labels of what belongs to a scope; `release` is absent for the environment's."""
    labels = environment_labels(scope.environment)
    if scope.release is not None:
        labels[RELEASE] = str(scope.release)
    return labels


def workload_labels(workload: Workload) -> dict[str, str]:
    """Return the labels that all instances of a workload share."""
    return {
        **scope_labels(workload.scope),
        SERVICE: workload.service,
        ROLE: workload.role.value,
    }


def selector(labels: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the engine's filter for things that carry all of `labels`, exactly."""
    return {"label": [f"{key}={value}" for key, value in sorted(labels.items())]}


def scope_of(labels: Mapping[str, str]) -> Scope | None:
    """Return the scope that labels name, None where they are not Shipway's."""
    if PROJECT not in labels or ENVIRONMENT not in labels:
        return None
    release = labels.get(RELEASE)
    environment = EnvironmentId(labels[PROJECT], labels[ENVIRONMENT])
    return Scope(environment, int(release) if release else None)


def keeps_data(labels: Mapping[str, str]) -> bool:
    """Return whether the labels are those of a stateful service's instance."""
    return labels.get(ROLE) == Role.STATEFUL.value


def container_name(workload: Workload, index: int) -> str:
    """Return `shop.staging.r42.api.1`."""
    return f"{workload.scope.label}.{workload.service}.{index}"


def run_name(workload: Workload, run: str) -> str:
    """Return the name of a container that runs once: `shop.staging.r42.migrate.run-1f2e3d`."""
    return f"{workload.scope.label}.{workload.service}.run-{run}"


def network_name(scope: Scope) -> str:
    """Return `shop.staging` for an environment's network, `shop.staging.r42` for a release's."""
    return scope.label


def environment_network(scope: Scope) -> str:
    """Return the name of the network of the scope's environment."""
    return Scope(scope.environment).label


def volume_name(environment: EnvironmentId, volume: str) -> str:
    """Return `shop.staging.pgdata`."""
    return f"{Scope(environment).label}.{volume}"


def repository(project: str, service: str) -> str:
    """Return the image repository of a service: `shop/api`.

    A registry's grammar is narrower than Compose's; a name that had to be changed gets a
    few digits of its hash, so that two services never share a repository.
    """
    return f"{_component(project)}/{_component(service)}"


def _component(name: str) -> str:
    if re.fullmatch(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*", name):
        return name
    fitting = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"{fitting or 'x'}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
