"""Incidents of a project and of the machine under it."""

from __future__ import annotations

from shipway.api.service import Service
from shipway.model.observe import Incident

RECENT = 100


def open_incidents(service: Service, project: str) -> tuple[Incident, ...]:
    """Return what goes on, the most urgent first; the machine's concern every project."""
    return tuple(
        item for item in service.observatory.incidents.active(None) if _concerns(item, project)
    )


def ended_incidents(service: Service, project: str) -> tuple[Incident, ...]:
    """Return what is over, the latest first."""
    found = service.observatory.incidents.recent(environment=None, limit=RECENT)
    return tuple(item for item in found if not item.active and _concerns(item, project))


def _concerns(incident: Incident, project: str) -> bool:
    return incident.environment is None or incident.environment.project == project
