"""An environment's data: backups, restore points, drills; and the checklist with its evidence."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, Who
from shipway.backup.run import RunRequest
from shipway.model.backup_run import RunKind
from shipway.web.page_data.checks import checklist, counts
from shipway.web.page_data.data import DRILLS, data_of
from shipway.web.pages.common import Known, chosen_environment, environments_of, go
from shipway.web.render import page, words_of

router = Routes()


@router.get("/projects/{project}/data")
def data(
    request: Request, service: Services, project: Known, environment: str | None = None
) -> Response:
    """Show what can be brought back."""
    chosen = chosen_environment(service, project.name, environment)
    return page(
        request.scope,
        "data.html",
        project=project.name,
        area="data",
        environments=environments_of(service, project.name),
        environment=chosen,
        data=data_of(service, chosen, words_of(request.scope)) if chosen else None,
    )


@router.post("/projects/{project}/environments/{environment}/drill")
def drill(service: Services, project: Known, environment: Environment, who: Who) -> Response:
    """Begin a rehearsal of the restore."""
    DRILLS.begin(service, environment, who)
    return go(f"/projects/{project.name}/data?environment={environment.name}")


@router.post("/projects/{project}/environments/{environment}/backup")
def backup(service: Services, project: Known, environment: Environment, who: Who) -> Response:
    """Begin a backup of everything."""
    wanted = RunRequest(environment=environment, kind=RunKind.FULL, who=who)
    run = service.backups.runner.start(wanted)
    service.world.store.audit.add(who, f"backup-{run.kind}", environment, details={"run": run.id})
    return go(f"/projects/{project.name}/data?environment={environment.name}")


@router.get("/projects/{project}/checks")
def checks(
    request: Request, service: Services, project: Known, environment: str | None = None
) -> Response:
    """Show the checklist as evidence."""
    chosen = chosen_environment(service, project.name, environment)
    lines = checklist(service, chosen) if chosen else []
    return page(
        request.scope,
        "checks.html",
        project=project.name,
        area="checks",
        environments=environments_of(service, project.name),
        environment=chosen,
        lines=lines,
        counts=counts(lines),
    )
