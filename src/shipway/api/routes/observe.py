"""Indicators, graphs, incidents, silences and notices."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from shipway.api.late import Routes
from shipway.api.observe_views import (
    graph_view,
    incident_detail_view,
    incident_view,
    indicator_view,
    notice_view,
    rule_view,
    silence_view,
)
from shipway.api.routes.common import Environment, Services, Who
from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.observe import IncidentEvent, IncidentState
from shipway.observe.overview import graph, incident_detail, indicators, rules_for
from shipway.observe.post import try_channels

router = Routes(tags=["observe"])

DAY_S = 86_400.0
SPAN_MAX_S = 31 * DAY_S

Span = Annotated[float, Query(gt=0, le=SPAN_MAX_S)]
Name = Annotated[str, Query(max_length=200)]


class Quiet(BaseModel):
    """A silence as asked for; empty condition or subject: every one."""

    condition: Annotated[str, Field(max_length=200)] = ""
    subject: Annotated[str, Field(max_length=200)] = ""
    for_s: Annotated[float, Field(gt=0, le=SPAN_MAX_S)]
    reason: Annotated[str, Field(max_length=500)] = ""


@router.get("/projects/{project}/environments/{environment}/indicators")
def of_environment(service: Services, environment: Environment) -> dict[str, Any]:
    """Return what is measured in an environment now, with the rules over it."""
    world = service.observatory
    return {
        "indicators": [indicator_view(item) for item in indicators(world, environment)],
        "rules": [rule_view(rule) for rule in rules_for(world, environment)],
    }


@router.get("/machine/indicators")
def of_machine(service: Services) -> dict[str, Any]:
    """Return what is measured of the machine itself."""
    world = service.observatory
    return {
        "indicators": [indicator_view(item) for item in indicators(world, None)],
        "rules": [rule_view(rule) for rule in rules_for(world, None)],
    }


@router.get("/projects/{project}/environments/{environment}/graph")
def graph_of_environment(
    service: Services,
    environment: Environment,
    indicator: Annotated[list[str], Query(min_length=1, max_length=50)],
    *,
    subject: Name | None = None,
    span_s: Span = DAY_S,
    until: float | None = None,
) -> dict[str, Any]:
    """Return graphs of indicators over the last `span_s` seconds, with the deploys in it."""
    return _graph(service, environment, indicator, subject, span_s=span_s, until=until)


@router.get("/machine/graph")
def graph_of_machine(
    service: Services,
    indicator: Annotated[list[str], Query(min_length=1, max_length=50)],
    subject: Name | None = None,
    span_s: Span = DAY_S,
    until: float | None = None,
) -> dict[str, Any]:
    """Return graphs of the machine's indicators."""
    return _graph(service, None, indicator, subject, span_s=span_s, until=until)


def _graph(
    service: Services,
    environment: EnvironmentId | None,
    names: list[str],
    subject: str | None,
    *,
    span_s: float,
    until: float | None,
) -> dict[str, Any]:
    end = time.time() + 1 if until is None else until
    wanted = [(name, subject) for name in names]
    return graph_view(
        graph(service.observatory, environment, wanted, since=end - span_s, until=end)
    )


@router.get("/incidents")
def incidents(
    service: Services,
    project: str | None = None,
    environment: str | None = None,
    *,
    active: bool = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> dict[str, Any]:
    """Return incidents: those that go on, the most urgent first, then those that ended."""
    port = service.observatory.incidents
    which = EnvironmentId(project, environment) if project and environment else None
    going = list(port.active(which))
    ended = [] if active else list(port.recent(environment=which, limit=limit))
    found = [*going, *(item for item in ended if item.state is IncidentState.RESOLVED)]
    of_project = [
        item
        for item in found
        if project is None or item.environment is None or item.environment.project == project
    ]
    return {"incidents": [incident_view(item) for item in of_project[:limit]]}


@router.get("/incidents/{identifier}")
def incident(service: Services, identifier: int) -> dict[str, Any]:
    """Return an incident with all that is known of it."""
    return incident_detail_view(incident_detail(service.observatory, identifier))


@router.post("/incidents/{identifier}/acknowledge")
def acknowledge(service: Services, who: Who, identifier: int) -> dict[str, Any]:
    """Record that somebody has seen an incident and works on it."""
    port = service.observatory.incidents
    found = port.get(identifier)
    if not found.active:
        raise Problem("incident-over", f"incident #{identifier} is over.")
    changed = port.change(identifier, IncidentEvent.ACKNOWLEDGE, who=who)
    service.world.store.audit.add(
        who, "acknowledge", found.environment, details={"incident": identifier}
    )
    return incident_view(changed)


@router.post("/incidents/{identifier}/silence")
def silence_incident(
    service: Services,
    who: Who,
    identifier: int,
    for_s: Annotated[float, Query(gt=0, le=SPAN_MAX_S)] = 3600.0,
) -> dict[str, Any]:
    """Tell nobody of this incident, nor of the same thing again, for a while."""
    found = service.observatory.incidents.get(identifier)
    quiet = Quiet(condition=found.condition, subject=found.subject, for_s=for_s)
    return _silence(service, who, found.environment, quiet)


@router.post("/projects/{project}/environments/{environment}/silences")
def silence(service: Services, who: Who, environment: Environment, wanted: Quiet) -> dict[str, Any]:
    """Tell nobody of some conditions of an environment, or of any, for a while."""
    return _silence(service, who, environment, wanted)


def _silence(
    service: Services, who: Who, environment: EnvironmentId | None, wanted: Quiet
) -> dict[str, Any]:
    world = service.observatory
    made = world.silences.add(
        environment=environment,
        condition=wanted.condition,
        subject=wanted.subject,
        until=world.clock.now() + wanted.for_s,
        by=who,
        reason=wanted.reason,
    )
    service.world.store.audit.add(
        who,
        "silence",
        environment,
        details={"condition": wanted.condition, "subject": wanted.subject, "until": made.until},
    )
    return silence_view(made)


@router.get("/silences")
def silences(service: Services) -> dict[str, Any]:
    """Return the silences that hold now."""
    return {"silences": [silence_view(item) for item in service.observatory.silences.current()]}


@router.post("/silences/{identifier}/end")
def end_silence(service: Services, who: Who, identifier: int) -> dict[str, Any]:
    """End a silence."""
    service.observatory.silences.end(identifier)
    service.world.store.audit.add(who, "end-silence", details={"silence": identifier})
    return {"ended": identifier}


@router.post("/projects/{project}/environments/{environment}/notify/test")
def test_channels(service: Services, who: Who, environment: Environment) -> dict[str, Any]:
    """Send a test to each channel of an environment, now, and return what became of it."""
    service.live(environment)
    results = try_channels(service.observatory, environment.project, environment.name)
    service.world.store.audit.add(who, "notify-test", environment)
    return {"channels": results}


@router.get("/notices")
def notices(service: Services, limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> dict[str, Any]:
    """Return what was sent to whom, or waits to be, the newest first."""
    found = service.observatory.outbox.recent(limit)
    return {"notices": [notice_view(item) for item in found]}
