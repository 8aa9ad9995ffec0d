"""What a person sees first: is production up, on which release, and what comes next."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import Response

from shipway.api.late import Routes
from shipway.api.routes.common import Services
from shipway.model.records import Project
from shipway.web.page_data.overview import project_overview
from shipway.web.pages.common import Known
from shipway.web.render import page

router = Routes()


@router.get("/")
def all_projects(request: Request, service: Services) -> Response:
    """Show every project."""
    return _overview(request, service, service.world.store.catalog.projects())


@router.get("/projects/{project}")
def one_project(request: Request, service: Services, project: Known) -> Response:
    """Show one project."""
    return _overview(request, service, (project,), project=project.name)


def _overview(
    request: Request, service: Services, projects: tuple[Project, ...], **values: Any
) -> Response:
    return page(
        request.scope,
        "overview.html",
        area="overview",
        overviews=[project_overview(service, item) for item in projects],
        **values,
    )
