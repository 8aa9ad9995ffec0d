"""Indicators with their graphs; incidents: seeing, acknowledging, silencing them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, Path, Request
from starlette.responses import Response

from shipway.api.late import Routes
from shipway.api.routes import observe
from shipway.api.routes.common import Services, Who
from shipway.errors import Problem
from shipway.observe.overview import incident_detail
from shipway.web.page_data.incidents import ended_incidents, open_incidents
from shipway.web.page_data.indicators import SPANS, panels
from shipway.web.pages.common import Known, chosen_environment, environments_of, go
from shipway.web.render import page, words_of

router = Routes()

Identifier = Annotated[int, Path(ge=1, le=2**53)]
MACHINE = "machine"


@router.get("/projects/{project}/indicators")
def indicators(
    request: Request,
    service: Services,
    project: Known,
    environment: str | None = None,
    span: str = "day",
) -> Response:
    """Show what is measured."""
    chosen = (
        None if environment == MACHINE else chosen_environment(service, project.name, environment)
    )
    span = span if span in SPANS else "day"
    return page(
        request.scope,
        "indicators.html",
        project=project.name,
        area="indicators",
        environments=environments_of(service, project.name),
        environment=chosen,
        machine=environment == MACHINE or chosen is None,
        span=span,
        spans=list(SPANS),
        panels=panels(service, chosen, SPANS[span], words_of(request.scope)),
    )


@router.get("/projects/{project}/incidents")
def incidents(request: Request, service: Services, project: Known) -> Response:
    """Show what goes on, and what is over."""
    return page(
        request.scope,
        "incidents.html",
        project=project.name,
        area="incidents",
        going=open_incidents(service, project.name),
        ended=ended_incidents(service, project.name)[:50],
        silences=[
            item
            for item in service.observatory.silences.current()
            if item.environment is None or item.environment.project == project.name
        ],
    )


@router.get("/incidents/{identifier}")
def incident(request: Request, service: Services, identifier: Identifier) -> Response:
    """Show one: what was wrong, what happened to it, what changed last before it."""
    detail = incident_detail(service.observatory, identifier)
    where = detail.incident.environment
    more: dict[str, Any] = {"project": where.project} if where else {}
    return page(request.scope, "incident.html", area="incidents", detail=detail, **more)


@router.post("/incidents/{identifier}/acknowledge")
def acknowledge(service: Services, who: Who, identifier: Identifier) -> Response:
    """Record that somebody works on it."""
    observe.acknowledge(service, who, identifier)
    return go(f"/incidents/{identifier}")


@router.post("/incidents/{identifier}/silence")
def silence(
    service: Services,
    who: Who,
    identifier: Identifier,
    hours: Annotated[float, Form(gt=0, le=24 * 31)],
) -> Response:
    """Tell nobody of it for some hours."""
    observe.silence_incident(service, who, identifier, hours * 3600)
    return go(f"/incidents/{identifier}")


@router.post("/silences/{identifier}/end")
def end_silence(
    service: Services,
    who: Who,
    identifier: Identifier,
    project: Annotated[str, Form(max_length=48)] = "",
) -> Response:
    """Tell people of it again."""
    observe.end_silence(service, who, identifier)
    if service.world.store.catalog.project(project) is None:
        raise Problem("no-project", "there is no such project.")
    return go(f"/projects/{project}/incidents")
