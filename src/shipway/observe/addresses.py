"""Which channels are told of an incident, and the addresses that their variables hold."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.names import EnvironmentId
from shipway.model.observe import Incident
from shipway.model.watching import Channel, Watching
from shipway.observe.world import Observatory

PRODUCTION = "production"


def environments_of(
    world: Observatory, project: str
) -> tuple[tuple[EnvironmentId, Application], ...]:
    """Return a project's live environments, production first."""
    found = []
    for environment, _engine, placement in world.live():
        if environment.project == project:
            try:
                found.append((environment, world.application(placement.fingerprint)))
            except Problem:
                continue
    return tuple(sorted(found, key=lambda pair: (pair[0].name != PRODUCTION, pair[0].name)))


def projects(world: Observatory) -> tuple[str, ...]:
    """Return the projects of which something is live."""
    return tuple(dict.fromkeys(environment.project for environment, _e, _p in world.live()))


def watching_of(world: Observatory, project: str, environment: str) -> Watching | None:
    """Return an environment's settings, else those of the project's first; None without any."""
    found = environments_of(world, project)
    for identifier, app in found:
        if identifier.name == environment:
            return app.watching
    return found[0][1].watching if found else None


def channels_for(world: Observatory, incident: Incident) -> tuple[str, ...]:
    """Return `project/channel` of all that are to be told; the machine's concern everybody."""
    if incident.environment is not None:
        of = [(incident.environment.project, incident.environment.name)]
    else:
        of = [(project, PRODUCTION) for project in projects(world)]
    return tuple(
        f"{project}/{channel.name}"
        for project, name in of
        for channel in _channels(world, project, name)
        if incident.level >= channel.level
    )


def _channels(world: Observatory, project: str, name: str) -> Iterator[Channel]:
    watching = watching_of(world, project, name)
    if watching is not None:
        yield from watching.channels


def value_of(world: Observatory, project: str, environment: str, variable: str) -> str | None:
    """Return a variable's value: the environment's secret, else its variable, else another's.

    The project's production comes next where the environment has none.
    """
    found = environments_of(world, project)
    ordered = sorted(found, key=lambda pair: pair[0].name != environment)
    for identifier, app in ordered:
        if world.secrets is not None:
            value = world.secrets.values(identifier).get(variable)
            if value:
                return value
        for service in app.services:
            if service.environment.get(variable):
                return service.environment[variable]
    return None
