"""Backups: how they are, making them now, what there is, the key, the runbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from shipway.api.backup_views import (
    backup_view,
    condition_view,
    earlier_view,
    run_view,
    status_view,
)
from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, Who
from shipway.backup.conditions.overall import backup_conditions
from shipway.backup.earlier import earlier_data, remove_earlier
from shipway.backup.files import FilesRestore, copy_out, plan_files
from shipway.backup.key import show_key
from shipway.backup.overview import backup_status
from shipway.backup.run import RunRequest
from shipway.backup.runbook import runbook
from shipway.model.backup import BackupKind
from shipway.model.backup_run import RunKind
from shipway.model.names import EnvironmentId

router = Routes(tags=["backups"])
BASE = "/projects/{project}/environments/{environment}/backups"


class CreateBody(BaseModel):
    """What to save now.  only: names or kinds of sources; empty: all."""

    kind: Literal["full", "redis", "verify"] = "full"
    only: list[Annotated[str, Field(max_length=300)]] = Field(default=[], max_length=100)


class RestoreBody(BaseModel):
    """What to write out, and the directory; into place it is a rollout."""

    backup: Annotated[str, Field(max_length=300)]
    target: Annotated[str, Field(max_length=1000, pattern="^/")]


class RemoveBody(BaseModel):
    """Which earlier data to remove, by their names."""

    names: list[Annotated[str, Field(max_length=1000)]] = Field(min_length=1, max_length=100)


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
        "points": len(ground.records.points(environment)),
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
    """Write files, a Redis snapshot or a bucket into a directory that is not there yet."""
    service.world.store.audit.add(
        who, "restore-files", environment, details={"backup": body.backup, "to": body.target}
    )
    wanted = FilesRestore(environment=environment, backup=body.backup, target=body.target)
    return copy_out(service.backups.ground, wanted, Path(body.target))


@router.get(BASE + "/restore-plan")
def restore_plan(
    service: Services,
    environment: Environment,
    backup: Annotated[str, Query(max_length=300)],
    target: Annotated[str | None, Query(max_length=1000)] = None,
) -> dict[str, Any]:
    """Return what a restore would do."""
    wanted = FilesRestore(environment=environment, backup=backup, target=target)
    return plan_files(service.backups.ground, wanted)


@router.get(BASE + "/generations")
def generations(service: Services, environment: Environment) -> dict[str, Any]:
    """Return the data that restores have replaced, with what is live beside it."""
    ground = service.backups.ground
    keep_s = ground.live(environment).backup.replaced_keep_s
    found = earlier_data(ground, environment, sized=True)
    return {"keep_s": keep_s, "generations": [earlier_view(item, keep_s) for item in found]}


@router.post(BASE + "/generations/remove")
def remove_generations(
    service: Services, environment: Environment, who: Who, body: RemoveBody
) -> dict[str, Any]:
    """Remove data that restores have replaced; never what is live."""
    gone = remove_earlier(service.backups.ground, environment, body.names)
    names = [item.name for item in gone]
    service.world.store.audit.add(who, "remove-earlier-data", environment, details={"names": names})
    return {"removed": names}


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
