"""What a person wants to know of an environment's backups, at one glance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shipway.backup.conditions.facts import newest_of
from shipway.backup.conditions.overall import environment_conditions, key_conditions, recent_runs
from shipway.backup.earlier import earlier_data
from shipway.backup.ground import Ground
from shipway.backup.schedule import next_after
from shipway.backup.sources import inventory
from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.backup import Backup, BackupKind, Drill
from shipway.model.backup_run import BackupRun, RunKind, RunState
from shipway.model.backup_settings import BackupSettings
from shipway.model.condition import Condition
from shipway.model.earlier import EarlierData
from shipway.model.names import EnvironmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source: its newest backup, the moment to which it can be brought back, the proof.

    restorable_at: None where nothing can be restored.  drill: the latest rehearsed restore.
    """

    subject: str
    kind: BackupKind
    newest: Backup | None
    restorable_at: float | None
    drill: Drill | None
    proven_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupStatus:
    """An environment's backups.

    next_at: when the next run begins by itself, by its kind.  earlier: data that restores have
    replaced, and what is live beside it.
    """

    environment: EnvironmentId
    settings: BackupSettings
    where: str
    sources: tuple[SourceStatus, ...]
    notes: tuple[str, ...]
    conditions: tuple[Condition, ...]
    running: BackupRun | None
    last: BackupRun | None
    verified_at: float | None
    next_at: dict[str, float]
    rpo_s: float | None
    rto_s: float | None
    earlier: tuple[EarlierData, ...] = ()


def backup_status(ground: Ground, environment: EnvironmentId) -> BackupStatus:
    """Return how an environment's backups are.  Raises Problem `nothing-live`."""
    app = ground.live(environment)
    found = inventory(app)
    backups, drills = ground.records.backups(environment), ground.records.drills(environment)
    runs = recent_runs(ground, environment)
    verified = next(
        (r for r in runs if r.kind is RunKind.VERIFY and r.state is RunState.SUCCEEDED), None
    )
    ended = [run for run in runs if run.state is not RunState.RUNNING]
    measured: dict[str, Drill] = {}
    for item in drills:
        if item.passed:
            measured.setdefault(item.subject, item)
    return BackupStatus(
        environment=environment,
        settings=app.backup,
        where=ground.repositories.where(environment),
        sources=source_statuses(ground, app, backups, drills),
        notes=found.notes,
        conditions=(
            *environment_conditions(ground, environment),
            *(item for item in ground.database_conditions() if item.environment == environment),
            *(key_conditions(ground) if backups else ()),
        ),
        running=next((run for run in runs if run.state is RunState.RUNNING), None),
        last=ended[0] if ended else None,
        verified_at=verified.ended_at if verified else None,
        next_at=_next(ground, app.backup),
        rpo_s=_largest(item.rpo_s for item in measured.values()),
        rto_s=_largest(item.rto_s for item in measured.values()),
        earlier=_earlier(ground, environment),
    )


def source_statuses(
    ground: Ground, app: Application, backups: Sequence[Backup], drills: Sequence[Drill]
) -> tuple[SourceStatus, ...]:
    """Return how each source of a live application is, by its environment's records."""
    environment = app.environment
    found = []
    for source in inventory(app).sources:
        newest = newest_of(backups, source)
        own = [item for item in drills if item.subject == source.subject]
        passed = next((item for item in own if item.passed), None)
        found.append(
            SourceStatus(
                subject=source.subject,
                kind=source.kind,
                newest=newest,
                restorable_at=_restorable(ground, environment, newest),
                drill=own[0] if own else None,
                proven_at=passed.ended_at if passed else None,
            )
        )
    return tuple(found)


def _earlier(ground: Ground, environment: EnvironmentId) -> tuple[EarlierData, ...]:
    try:
        return earlier_data(ground, environment)
    except Problem:  # the engine does not answer: its own trouble, told elsewhere
        return ()


def _largest(figures: Iterable[float | None]) -> float | None:
    return max((figure for figure in figures if figure is not None), default=None)


def _restorable(ground: Ground, environment: EnvironmentId, newest: Backup | None) -> float | None:
    if newest is None:
        return None
    if newest.kind is BackupKind.BASE and ground.restorable is not None:
        return ground.restorable(environment, newest.subject) or newest.ended_at
    return newest.ended_at


def _next(ground: Ground, settings: BackupSettings) -> dict[str, float]:
    if not settings.scheduled:
        return {}
    now, zone = ground.clock.now(), settings.timezone
    crons = {
        "full": settings.base_cron,
        "redis": settings.redis_cron,
        "verify": settings.verify_cron,
        "drill": settings.drill_cron,
    }
    slots = {name: next_after(cron, now, zone) for name, cron in crons.items()}
    return {name: slot for name, slot in slots.items() if slot is not None}
