"""An environment's data: what can be brought back, to which moment, and the proof of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from shipway.api.routes.common import recorded
from shipway.api.service import Service
from shipway.backup.overview import BackupStatus, backup_status
from shipway.errors import Problem
from shipway.model.backup import Backup, Drill, RestorePoint
from shipway.model.names import EnvironmentId
from shipway.web.chart import time_line
from shipway.web.language import Words

SPAN_S = 14 * 86_400.0
SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class DataShown:
    """status None: why stands in `problem`; drill_problem: why the latest drill could not be."""

    status: BackupStatus | None
    problem: Problem | None
    points: tuple[RestorePoint, ...]
    backups: tuple[Backup, ...]
    drills: tuple[Drill, ...]
    svg: str | None
    databases: tuple[str, ...]
    drilling: bool
    drill_problem: Problem | None = None


def data_of(service: Service, environment: EnvironmentId, words: Words) -> DataShown:
    """Return what there is."""
    ground = service.backups.ground
    status: BackupStatus | None = None
    problem: Problem | None = None
    databases: tuple[str, ...] = ()
    try:
        status = backup_status(ground, environment)
        databases = tuple(item.service for item in service.databases.databases.of(environment))
    except Problem as error:
        problem = error
    points = service.databases.records.points(environment)
    backups = ground.records.backups(environment)
    drills = ground.records.drills(environment)
    return DataShown(
        status=status,
        problem=problem,
        points=points[:SHOWN],
        backups=backups[:SHOWN],
        drills=drills[:SHOWN],
        svg=_line(service.world.clock.now(), points, backups, drills, words),
        databases=databases,
        drilling=DRILLS.running(environment),
        drill_problem=DRILLS.failure(environment),
    )


def _line(
    now: float,
    points: Sequence[RestorePoint],
    backups: Sequence[Backup],
    drills: Sequence[Drill],
    words: Words,
) -> str | None:
    moments = [
        *((item.at, "point", f"{words('restore-point')} {item.name}") for item in points),
        *((item.ended_at, "backup", f"{item.kind} {item.subject}") for item in backups),
        *(
            (
                item.ended_at,
                "drill" if item.passed else "failed",
                f"{words('drill')} {item.subject}",
            )
            for item in drills
        ),
    ]
    recent = [item for item in moments if item[0] >= now - SPAN_S][:500]
    if not recent:
        return None
    since = max(now - SPAN_S, min(item[0] for item in recent) - 3600)
    return time_line(recent, since=since, until=now + 1, title=words("time-line"))


class Drills:
    """Drills that a page began: one an environment, each to its end in a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[EnvironmentId] = set()
        self._failed: dict[EnvironmentId, Problem] = {}

    def running(self, environment: EnvironmentId) -> bool:
        """Return whether one goes on."""
        return environment in self._running

    def failure(self, environment: EnvironmentId) -> Problem | None:
        """Return why the latest one could not be carried out, None where it was."""
        return self._failed.get(environment)

    def begin(self, service: Service, environment: EnvironmentId, who: str) -> None:
        """Rehearse the restore of every database.  Raises Problem where there is none."""
        found = service.databases.databases.of(environment)
        if not found:
            raise Problem("no-database", f"{environment} runs no PostgreSQL service.")
        with self._lock:
            if environment in self._running:
                raise Problem("drill-runs", f"a drill of {environment} goes on already.")
            self._running.add(environment)
            self._failed.pop(environment, None)

        def act() -> None:
            audit = service.world.store.audit
            try:
                with recorded(audit, who, "drill", environment):
                    for item in found:
                        service.databases.rehearsals.run(
                            environment, item.service, output=lambda _line: None
                        )
            except Problem as problem:
                self._failed[environment] = problem
            finally:
                with self._lock:
                    self._running.discard(environment)

        threading.Thread(target=act, name="web-drill", daemon=True).start()


DRILLS = Drills()
