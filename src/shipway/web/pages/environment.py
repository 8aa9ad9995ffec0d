"""One environment: what runs in it, and what it is told: names and origins, never values."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services
from shipway.errors import Problem
from shipway.rollout.overview import environment_status
from shipway.web.page_data.environment import settings_of
from shipway.web.pages.common import Known, environments_of, go
from shipway.web.render import page

router = Routes()


@router.get("/projects/{project}/environments")
def first_environment(request: Request, service: Services, project: Known) -> Response:
    """Show the first one, where there is one."""
    found = environments_of(service, project.name)
    if found:
        return go(f"/projects/{project.name}/environments/{found[0].name}")
    return page(request.scope, "no_environment.html", project=project.name, area="environments")


@router.get("/projects/{project}/environments/{environment}")
def environment_now(
    request: Request, service: Services, project: Known, environment: Environment
) -> Response:
    """Show it."""
    engine = service.world.store.catalog.engine_of(environment)
    if engine is None:
        raise Problem(
            "no-environment", f"{environment} was never rolled out here.", hints=["shipway status"]
        )
    status = environment_status(service.world, environment, engine)
    return page(
        request.scope,
        "environment.html",
        project=project.name,
        area="environments",
        status=status,
        environments=environments_of(service, project.name),
        settings=settings_of(service, environment),
    )
