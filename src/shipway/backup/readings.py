"""Backups as indicators: how old what can be restored is, and when a restore was last proven.

What is wrong is said by `conditions`; these are the figures beside it, for graphs and
Prometheus.  A figure that is not there yet says why; it is never a zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from shipway.backup.ground import Ground
from shipway.backup.overview import SourceStatus, source_statuses
from shipway.model.backup import BackupKind
from shipway.model.names import EnvironmentId
from shipway.model.observe import Reading, SeriesKey, SeriesState

EVERY_S = 60.0
NO_BACKUP = "there is no backup yet"
NO_DRILL = "no restore was rehearsed yet"


@dataclass(slots=True)
class BackupReadings:
    """Reads the figures of all environments that are backed up by themselves.

    They change slowly and are asked often: each answer holds for a minute.
    """

    ground: Ground
    _read_at: float = field(default=float("-inf"), init=False)
    _last: tuple[Reading, ...] = field(default=(), init=False)

    def __call__(self) -> tuple[Reading, ...]:
        """Return the figures."""
        now = self.ground.clock.now()
        if not 0 <= now - self._read_at < EVERY_S:
            self._last = tuple(self._read(now))
            self._read_at = now
        return self._last

    def _read(self, now: float) -> Iterator[Reading]:
        for environment, _engine in self.ground.catalog.environments():
            app = self.ground.application(environment)
            if app is not None and app.backup.scheduled:
                records = self.ground.records
                backups, drills = records.backups(environment), records.drills(environment)
                for status in source_statuses(self.ground, app, backups, drills):
                    yield from readings_of(environment, status, now)


def readings_of(environment: EnvironmentId, status: SourceStatus, now: float) -> Iterator[Reading]:
    """Yield the figures of one source, in seconds.  Pure."""
    yield _age(environment, "backup-age", status.subject, status.restorable_at, now, NO_BACKUP)
    if status.kind is not BackupKind.BASE:
        return
    yield _age(environment, "drill-age", status.subject, status.proven_at, now, NO_DRILL)
    if status.drill is not None and status.drill.rto_s is not None:
        key = SeriesKey(environment, "restore-time", status.subject)
        yield Reading(key=key, unit="s", value=status.drill.rto_s)


def _age(  # noqa: PLR0917 - one figure's parts
    environment: EnvironmentId,
    indicator: str,
    subject: str,
    at: float | None,
    now: float,
    reason: str,
) -> Reading:
    key = SeriesKey(environment, indicator, subject)
    if at is None:
        return Reading(key=key, unit="s", state=SeriesState.UNAVAILABLE, reason=reason)
    return Reading(key=key, unit="s", value=round(max(0.0, now - at), 1))
