"""The daemon itself, the whole machine's status, and the audit trail."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

from fastapi import Query

from shipway.api.late import Routes
from shipway.api.routes.common import Asker, Services, Who
from shipway.api.views import audit_view, environment_view
from shipway.errors import Problem
from shipway.rollout.overview import environment_statuses
from shipway.rollout.retirement import prune

router = Routes(tags=["machine"])


@router.get("/daemon")
def about(service: Services) -> dict[str, Any]:
    """Return what the daemon says of itself."""
    return service.about()


@router.post("/daemon/stop")
def stop(service: Services, who: Who, *, ingress: bool = False) -> dict[str, Any]:
    """Ask the daemon to end; with `ingress`, the proxy too.  Applications go on running."""
    with suppress(Problem):  # a full disk does not keep it from ending
        service.world.store.audit.add(who, "stop-daemon", details={"ingress": ingress})
    if ingress:
        service.world.ingress.shutdown()
    service.stop()
    return {"stopping": True}


@router.get("/status")
def status(service: Services, asker: Asker, project: str | None = None) -> dict[str, Any]:
    """Return every environment, as it is right now, and the projects: to a token, its own."""
    proxy = service.world.ingress.status()
    return {
        "daemon": service.about(),
        "ingress": {"running": proxy.running, "version": proxy.version, "pid": proxy.pid},
        "environments": [
            environment_view(one) for one in environment_statuses(service.world, project)
        ],
        "projects": _projects(service, asker),
    }


@router.get("/audit")
def audit(
    service: Services,
    project: str | None = None,
    environment: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> dict[str, Any]:
    """Return the audit trail, newest first."""
    entries = service.world.store.audit.recent(
        project=project, environment=environment, limit=limit
    )
    return {"entries": [audit_view(entry) for entry in entries]}


@router.get("/projects")
def projects(service: Services, asker: Asker) -> dict[str, Any]:
    """Return the projects of this machine; to a token, its own."""
    return {"projects": _projects(service, asker)}


def _projects(service: Services, asker: Asker) -> list[dict[str, str]]:
    return [
        {"name": item.name, "directory": item.directory}
        for item in service.world.store.catalog.projects()
        if asker.reaches(item.name, asker.environment)
    ]


@router.post("/projects/{project}/clean")
def clean(service: Services, who: Who, project: str) -> dict[str, Any]:
    """Remove what no kept release needs any more; never a volume."""
    freed = prune(service.world, project)
    service.world.store.audit.add(who, "clean", project=project, details={"bytes": freed})
    return {"freed_bytes": freed}


@router.post("/projects/{project}/move")
def move(service: Services, who: Who, project: str, directory: str) -> dict[str, Any]:
    """Record that the project's working directory is elsewhere now."""
    known = service.world.store.catalog.projects()
    if all(item.name != project for item in known):
        names = ", ".join(item.name for item in known) or "none"
        raise Problem(
            "no-project",
            f"{project} was never deployed here (there are: {names}). Nothing was changed.",
            hints=["shipway status --all"],
        )
    service.world.store.catalog.move(project, directory)
    service.world.store.audit.add(who, "move", project=project, details={"directory": directory})
    return {"project": project, "directory": directory}
