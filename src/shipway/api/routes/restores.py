"""Databases: their base backups, restore points, planned restores and drills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from shipway.api.late import Routes
from shipway.api.routes.common import (
    Environment,
    Services,
    Who,
    gathered,
    json_lines,
    recorded,
)
from shipway.api.routes.secrets import OnlyHere
from shipway.api.service import Service
from shipway.backup.postgres.dump import dump_to
from shipway.backup.postgres.restores import BESIDE, copy_name
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind, Drill, RestorePoint, RestoreTarget
from shipway.model.backup_settings import BackupSettings
from shipway.model.names import SERVICE_PATTERN, EnvironmentId
from shipway.ports import Output
from shipway.ports_data import Database
from shipway.ports_restore import RestoreWanted

router = Routes(tags=["restores"])

BASE = "/projects/{project}/environments/{environment}/databases"
ServiceName = Annotated[str, Field(pattern=f"^{SERVICE_PATTERN}$")]


class Target(BaseModel):
    """To which moment: neither is the last transaction."""

    at: Annotated[float, Field(gt=0)] | None = None
    point: Annotated[str, Field(max_length=63, pattern="^[A-Za-z0-9._-]+$")] | None = None
    service: ServiceName | None = None


def wanted_databases(
    service: Service, environment: EnvironmentId, name: str | None
) -> tuple[Database, ...]:
    """Return the databases that are meant.  Raises Problem `no-database`."""
    if name is not None:
        return (service.databases.restores.database(environment, name),)
    found = service.databases.databases.of(environment)
    if not found:
        raise Problem(
            "no-database",
            f"{environment} runs no PostgreSQL service.",
            hints=[f"shipway deploy {environment.name}", "shipway status"],
        )
    return found


@router.post(f"{BASE}/plan")
def plan(service: Services, environment: Environment, target: Target) -> dict[str, Any]:
    """Return what a restore would do."""
    meant = RestoreTarget(at=target.at, point=target.point)
    plans = [
        service.databases.restores.plan(environment, item.service, meant)
        for item in wanted_databases(service, environment, target.service)
    ]
    return {
        "plans": [
            {
                "service": item.service,
                "backup": backup_view(item.backup),
                "reached_at": item.reached_at,
                "lost_s": item.lost_s,
                "bytes": item.bytes,
                "last_took_s": item.last_took_s,
                "notes": list(item.notes),
            }
            for item in plans
        ]
    }


@router.get(f"{BASE}/points")
def points(service: Services, environment: Environment) -> dict[str, Any]:
    """Return the restore points, newest first."""
    found = service.databases.records.points(environment)
    settings = service.databases.databases.settings(environment)
    needed = service.databases.restores.needed(environment)
    return {
        "points": [
            {
                "service": item.service,
                "name": item.name,
                "at": item.at,
                "position": item.position,
                "needed": item.name in needed,
                "until": until(item, settings, needed=item.name in needed),
            }
            for item in found
        ]
    }


def until(point: RestorePoint, settings: BackupSettings | None, *, needed: bool) -> float | None:
    """Return until when a point stays at least; needed: a release that is kept goes back to it."""
    if settings is None:
        return None
    return point.at + (max(settings.keep_s, settings.wal_keep_s) if needed else settings.wal_keep_s)


@router.get(f"{BASE}/bases")
def bases(service: Services, environment: Environment) -> dict[str, Any]:
    """Return the base backups, newest first."""
    found = service.databases.records.backups(environment, kind=BackupKind.BASE)
    return {"backups": [backup_view(item) for item in found]}


@router.get(f"{BASE}/drills")
def drills(service: Services, environment: Environment) -> dict[str, Any]:
    """Return the drills, newest first."""
    found = service.databases.records.drills(environment)
    return {"drills": [drill_view(item) for item in found]}


@router.post(f"{BASE}/base")
def base(
    service: Services, who: Who, environment: Environment, name: str | None = None
) -> StreamingResponse:
    """Make base backups now; the last line is `{"backups": …}` or `{"problem": …}`."""
    found = wanted_databases(service, environment, name)
    service.world.store.audit.add(who, "backup", environment)

    def act(output: Output) -> dict[str, Any]:
        made = [service.databases.streams.make_base(item, output=output) for item in found]
        return {"backups": [backup_view(item) for item in made]}

    return telling(act)


@router.post(f"{BASE}/drill")
def drill(
    service: Services, who: Who, environment: Environment, name: str | None = None
) -> StreamingResponse:
    """Rehearse a restore; the last line is `{"drills": …}` or `{"problem": …}`."""
    found = wanted_databases(service, environment, name)

    def act(output: Output) -> dict[str, Any]:
        with recorded(service.world.store.audit, who, "drill", environment):
            done = [
                service.databases.rehearsals.run(environment, item.service, output=output)
                for item in found
            ]
        return {"drills": [drill_view(item) for item in done]}

    return telling(act)


class WantedDump(BaseModel):
    """A logical dump of a database of a service, into a file of this machine."""

    service: ServiceName | None = None
    database: Annotated[str, Field(min_length=1, max_length=63)] | None = None
    file: Annotated[str, Field(max_length=4096, pattern="^/")]


@router.post(f"{BASE}/dump", dependencies=[OnlyHere])
def dump(
    service: Services, who: Who, environment: Environment, wanted: WantedDump
) -> StreamingResponse:
    """Write a dump; the last line is what was written."""
    found = wanted_databases(service, environment, wanted.service)
    if len(found) > 1:
        names = ", ".join(item.service for item in found)
        raise Problem("which-database", f"{environment} has several databases: {names}.")
    service.world.store.audit.add(who, "dump", environment)
    return telling(lambda _output: dump_to(found[0], FilePath(wanted.file), name=wanted.database))


@router.post(f"{BASE}/adopt")
def adopt(service: Services, who: Who, environment: Environment) -> dict[str, Any]:
    """Save what runs here, although the kept backups are another database's or another server's."""
    other = service.backups.ground.writers.take_over(environment)
    found = service.databases.databases.of(environment)
    for item in found:
        service.databases.streams.accept(item, anew=other is not None)
    service.world.store.audit.add(who, "adopt", environment)
    name = other.name if other is not None else None
    return {"adopted": [item.service for item in found], "instead_of": name}


@router.post(f"{BASE}/discard")
def discard(service: Services, who: Who, environment: Environment) -> dict[str, Any]:
    """Remove the copies that were restored beside, to look at."""
    found = wanted_databases(service, environment, None)
    for item in found:
        service.databases.restores.discard(
            RestoreWanted(
                environment=environment,
                service=item.service,
                target=RestoreTarget(),
                generation=BESIDE,
            )
        )
    service.world.store.audit.add(who, "discard", environment)
    return {"discarded": [copy_name(item.service) for item in found]}


def telling(act: Callable[[Output], dict[str, Any]]) -> StreamingResponse:
    """Return what an act says while it runs, then what it returns, or the Problem it ends in.

    It goes on to its end when nobody listens any more.
    """

    def work(put: Callable[[Any], None], cancelled: Callable[[], bool]) -> None:
        del cancelled
        put(act(lambda line: put({"says": line})))

    return json_lines(gathered(work))


def backup_view(backup: Backup) -> dict[str, Any]:
    """Return a backup for the API."""
    return {
        "id": backup.id[:8],
        "subject": backup.subject,
        "kind": backup.kind.value,
        "began_at": backup.began_at,
        "ended_at": backup.ended_at,
        "bytes": backup.bytes,
        "rows": sum(backup.counts.values()),
    }


def drill_view(drill: Drill) -> dict[str, Any]:
    """Return a drill for the API."""
    return {
        "subject": drill.subject,
        "backup": drill.backup[:8],
        "began_at": drill.began_at,
        "ended_at": drill.ended_at,
        "rto_s": drill.rto_s,
        "rpo_s": drill.rpo_s,
        "passed": drill.passed,
        "checks": [asdict(check) for check in drill.checks],
    }
