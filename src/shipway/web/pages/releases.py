"""The releases of a project, and in what one differs from what is live."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from shipway.api.late import Routes
from shipway.api.routes.common import Services
from shipway.model.names import parse_release
from shipway.web.page_data.releases import listing, release_detail
from shipway.web.pages.common import Known
from shipway.web.render import page

router = Routes()

SHOWN = 100


@router.get("/projects/{project}/releases")
def releases(request: Request, service: Services, project: Known) -> Response:
    """Show all of them, newest first."""
    return page(
        request.scope,
        "releases.html",
        project=project.name,
        area="releases",
        releases=listing(service, project.name)[:SHOWN],
    )


@router.get("/projects/{project}/releases/{label}")
def release(
    request: Request, service: Services, project: Known, label: str, against: str | None = None
) -> Response:
    """Show one: its commit, its artifacts, and what is different from another."""
    return page(
        request.scope,
        "release.html",
        project=project.name,
        area="releases",
        detail=release_detail(
            service, project, parse_release(label), parse_release(against) if against else None
        ),
    )
