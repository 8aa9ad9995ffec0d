"""Backups: how they are, making them now, what there is, the key, the runbook."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from shipway.api.backup_views import backup_view, condition_view, run_view, status_view
from shipway.api.routes.common import Environment, Services, Who
from shipway.backup.conditions import backup_conditions
from shipway.backup.files import FilesRestore, plan_files, restore_files
from shipway.backup.key import show_key
from shipway.backup.overview import backup_status
from shipway.backup.recover import recover_data
from shipway.backup.run import RunRequest
from shipway.backup.runbook import runbook
from shipway.model.backup import BackupKind
from shipway.model.backup_run import RunKind
from shipway.model.names import EnvironmentId

router = APIRouter(tags=["backups"])
BASE = "/projects/{project}/environments/{environment}/backups"


class CreateBody(BaseModel):
    """What to save now.  only: names or kinds of sources; empty: all."""

    kind: Literal["full", "redis", "verify"] = "full"
    only: list[Annotated[str, Field(max_length=300)]] = Field(default=[], max_length=100)


class RestoreBody(BaseModel):
    """What to bring back, and where to.  target: a directory; None: into place."""

    backup: Annotated[str, Field(max_length=200)]
    target: Annotated[str, Field(max_length=1000, pattern="^/")] | None = None


@router.get(BASE)
def status(service: Services, environment: Environment) -> dict[str, Any]:
    """Return how an environment's backups are."""
    return status_view(backup_status(service.backups.ground, environment))


@router.get(BASE + "/list")
def listed(
    service: Services,
    environment: Environment,
    kind: BackupKind | None = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 200,
) -> dict[str, Any]:
    """Return what can be restored, and the latest runs."""
    ground = service.backups.ground
    return {
        "backups": [
            backup_view(item) for item in ground.records.backups(environment, kind=kind)[:limit]
        ],
        "runs": [run_view(run) for run in ground.runs.recent(environment, limit=20)],
    }


@router.post(BASE)
def create(
    service: Services, environment: Environment, who: Who, body: CreateBody
) -> dict[str, Any]:
    """Begin a run, and return it at once."""
    request = RunRequest(
        environment=environment, kind=RunKind(body.kind), who=who, only=tuple(body.only)
    )
    run = service.backups.runner.start(request)
    service.world.store.audit.add(
        who, f"backup-{run.kind}", environment, details={"run": run.id, "only": " ".join(body.only)}
    )
    return run_view(run)


@router.get("/backup-runs/{run}")
def one_run(
    service: Services,
    run: int,
    after: Annotated[int, Query(ge=0)] = 0,
    wait_s: Annotated[float, Query(ge=0, le=20)] = 0,
) -> dict[str, Any]:
    """Return a run and what it has told; with `wait_s`, as soon as it has ended."""
    desk = service.backups
    if wait_s:
        desk.runner.wait(run, wait_s)
    return {**run_view(desk.ground.runs.get(run)), "told": desk.runner.told(run, after)}


@router.post(BASE + "/restore")
def restore(
    service: Services, environment: Environment, who: Who, body: RestoreBody
) -> dict[str, Any]:
    """Bring files, a Redis snapshot or a bucket back: beside, or into place."""
    service.world.store.audit.add(
        who, "restore-files", environment, details={"backup": body.backup, "to": body.target or ""}
    )
    wanted = FilesRestore(environment=environment, backup=body.backup, target=body.target)
    return restore_files(service.backups.ground, wanted)


@router.get(BASE + "/restore-plan")
def restore_plan(
    service: Services,
    environment: Environment,
    backup: Annotated[str, Query(max_length=200)],
    target: Annotated[str | None, Query(max_length=1000)] = None,
) -> dict[str, Any]:
    """Return what a restore would do."""
    wanted = FilesRestore(environment=environment, backup=backup, target=target)
    return plan_files(service.backups.ground, wanted)


@router.post(BASE + "/recover")
def recover(service: Services, environment: Environment, who: Who) -> dict[str, Any]:
    """Bring a recovered environment's data into place, all but its databases."""
    service.world.store.audit.add(who, "recover-data", environment)
    return {"restored": recover_data(service.backups.ground, environment)}


@router.post("/backup-key")
def key(service: Services, who: Who) -> JSONResponse:
    """Return the recovery key; that somebody saw it is recorded."""
    text = show_key(service.backups.ground)
    service.world.store.audit.add(who, "show-recovery-key")
    return JSONResponse({"key": text}, headers={"Cache-Control": "no-store"})


@router.get("/backup-conditions")
def conditions(service: Services) -> dict[str, Any]:
    """Return what is wrong with the backups of this machine."""
    ground = service.backups.ground
    found = (*backup_conditions(ground), *ground.database_conditions())
    return {
        "conditions": [
            {**condition_view(item), "environment": str(item.environment or "")} for item in found
        ]
    }


@router.get("/backup-runbook")
def book(
    service: Services,
    lang: Literal["en", "ko"] = "en",
    project: Annotated[str | None, Query(max_length=48)] = None,
) -> dict[str, Any]:
    """Return this installation's way back from nothing."""
    ground = service.backups.ground
    wanted: tuple[EnvironmentId, ...] = tuple(
        item for item in ground.environments() if project in {None, item.project}
    )
    return {"text": runbook(ground, wanted, lang)}
