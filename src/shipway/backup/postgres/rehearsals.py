"""Drills by themselves, at their time; what each saw is evidence."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from shipway.backup.postgres.drill import Drills
from shipway.backup.schedule import is_due
from shipway.errors import Problem
from shipway.korean import in_korean
from shipway.model.backup import BackupKind, Drill
from shipway.model.backup_settings import BackupSettings
from shipway.model.evidence import Evidence, Result
from shipway.model.names import EnvironmentId
from shipway.model.words import Words, plural
from shipway.ports import Cancelled, Output
from shipway.ports_backup import BackupRecords
from shipway.ports_data import Database, Databases
from shipway.ports_store import EvidencePort

log = logging.getLogger("shipway.backup")

FIRST_AFTER_S = 600.0
AGAIN_S = 3600.0
TURN_S = 0.5
CHECK = "backup.drill"


@dataclass(slots=True, kw_only=True)
class Rehearsals:
    """Begins what is due, one at a time."""

    databases: Databases
    drills: Drills
    records: BackupRecords
    evidence: EvidencePort
    clock: Callable[[], float] = time.time
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _cleared: set[tuple[EnvironmentId, str]] = field(default_factory=set)
    _tried: dict[tuple[EnvironmentId, str], float] = field(default_factory=dict)

    def look(self) -> None:
        """Drill what is due; comes back when it is done."""
        for environment in self.databases.environments():
            settings = self.databases.settings(environment)
            if settings is None or not settings.scheduled:
                continue
            for database in self.databases.of(environment):
                if database.service not in settings.exclude:
                    self._look_at(database, settings)

    def run(
        self,
        environment: EnvironmentId,
        service: str,
        *,
        output: Output,
        cancelled: Cancelled = lambda: False,
    ) -> Drill:
        """Drill, after the one that is going on; keep what was seen as evidence.

        Raises Problem, `drill-running` where it was cancelled before its turn came.
        """
        settings = self.databases.settings(environment)
        if not self._guard.acquire(blocking=False):
            output("another drill goes on; this one comes after it")
            while not self._guard.acquire(timeout=TURN_S):
                if cancelled():
                    raise Problem(
                        "drill-running",
                        "a drill was going on, and this one has not begun.",
                        hints=["shipway backup status"],
                    )
        try:
            drill = self.drills.run(
                environment,
                service,
                settings.drill_queries if settings else (),
                ask_application=settings.drill_application if settings else True,
                output=output,
                cancelled=cancelled,
            )
        finally:
            self._guard.release()
        self.evidence.add([evidence_of(drill)])
        return drill

    def _look_at(self, database: Database, settings: BackupSettings) -> None:
        key, now = (database.environment, database.service), self.clock()
        if key not in self._cleared and not self._guard.locked():
            self._cleared.add(key)
            self.drills.clear(database)
        if self._is_due(database, settings, now):
            self._tried[key] = now
            try:
                self.run(*key, output=lambda _line: None)
            except Problem as problem:
                log.warning("%s %s: drill: %s", *key, problem)

    def _is_due(self, database: Database, settings: BackupSettings, now: float) -> bool:
        key = (database.environment, database.service)
        bases = self.records.backups(
            database.environment, kind=BackupKind.BASE, subject=database.service
        )
        if not bases or now - self._tried.get(key, 0.0) < AGAIN_S:
            return False
        if self.databases.settled_for_s(database.environment) < FIRST_AFTER_S:
            return False
        own = [
            drill
            for drill in self.records.drills(database.environment)
            if drill.subject == database.service
        ]
        last = own[0].began_at if own else None
        return is_due(settings.drill_cron, last=last, now=now, name=settings.timezone)


def evidence_of(drill: Drill) -> Evidence:
    """Return what a drill saw, for the checklist and the document.  Pure."""
    good = [check for check in drill.checks if check.passed]
    bad = [check for check in drill.checks if not check.passed]
    rto = f"{drill.rto_s:.1f}" if drill.rto_s is not None else "–"
    if drill.passed:
        says = Words(
            f"{drill.subject} was restored from its newest backup in {rto} s and"
            f" {plural(len(good), 'check')} of it passed",
            f"{drill.subject}를 최신 백업에서 {rto}초 만에 복원했고 점검 {len(good)}건을 통과했습니다",
        )
    else:
        wrong = [check.says for check in bad] or ["nothing was looked at"]
        told, korean = "; ".join(wrong), "; ".join(map(in_korean, wrong))
        says = Words(
            f"the rehearsed restore of {drill.subject} failed: {told}",
            f"{drill.subject} 복원 훈련이 실패했습니다: {korean}",
        )
    return Evidence(
        check=CHECK,
        result=Result.PASSED if drill.passed else Result.FAILED,
        at=drill.ended_at,
        project=drill.environment.project,
        environment=drill.environment,
        subject=drill.subject,
        says=says,
        figures={
            "rto_s": drill.rto_s,
            "rpo_s": drill.rpo_s,
            "backup": drill.backup[:8],
            "checks": {check.name: check.passed for check in drill.checks},
        },
    )
