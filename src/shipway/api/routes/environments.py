"""Environments: releases in them, and taking one down."""

from __future__ import annotations

from typing import Any

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, Who
from shipway.api.views import environment_view, release_view
from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.rollout.destroy import destroy_environment
from shipway.rollout.overview import environment_status
from shipway.spec import differences

router = Routes(tags=["environments"])


@router.get("/projects/{project}/releases")
def releases(service: Services, project: str) -> dict[str, Any]:
    """Return the project's releases, newest first, and where each one is."""
    store = service.world.store
    if store.catalog.project(project) is None:
        raise Problem(
            "no-project",
            f"{project} was never deployed here.",
            hints=["shipway deploy"],
        )
    placements = [
        item
        for environment, _engine in store.catalog.environments(project)
        for item in store.placements.in_environment(environment)
    ]
    secrets = {
        (item.environment.name, item.release): version
        for item in placements
        if (version := store.secret_versions.of(item.environment, item.release)) is not None
    }
    return {
        "releases": [
            release_view(
                release,
                tuple(item for item in placements if item.release == release.number),
                secrets,
            )
            for release in store.catalog.releases(project)
        ]
    }


@router.get("/projects/{project}/environments/{environment}")
def environment_now(service: Services, environment: Environment) -> dict[str, Any]:
    """Return how an environment is."""
    engine = service.world.store.catalog.engine_of(environment)
    if engine is None:
        raise Problem(
            "no-environment", f"{environment} was never rolled out here.", hints=["shipway status"]
        )
    return environment_view(environment_status(service.world, environment, engine))


@router.get("/projects/{project}/diff/{old}/{new}")
def diff(service: Services, project: str, old: str, new: str) -> dict[str, Any]:
    """Return in what two environments' live applications differ, names only."""
    one = service.live(EnvironmentId(project, old))
    other = service.live(EnvironmentId(project, new))
    catalog = service.world.store.catalog
    found = differences(
        service.world.applications.get(one.fingerprint),
        service.world.applications.get(other.fingerprint),
    )
    return {
        "old": release_view(catalog.release(project, one.release)),
        "new": release_view(catalog.release(project, other.release)),
        "secrets": {
            old: service.world.store.secret_versions.of(one.environment, one.release),
            new: service.world.store.secret_versions.of(other.environment, other.release),
        },
        "differences": [str(item) for item in found],
    }


@router.post("/projects/{project}/environments/{environment}/destroy")
def destroy(
    service: Services, environment: Environment, who: Who, *, data: bool = False
) -> dict[str, Any]:
    """Stop and remove all that runs in the environment; volumes go only with `data`."""
    removed = destroy_environment(service.world, environment, who, data=data)
    return {"destroyed": str(environment), "volumes": list(removed)}
