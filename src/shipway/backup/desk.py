"""What the edges ask of backups: one object that the daemon makes."""

from __future__ import annotations

from dataclasses import dataclass

from shipway.backup.ground import Ground
from shipway.backup.runner import Runner
from shipway.backup.scheduler import Scheduler


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupDesk:
    """Backups of this daemon."""

    ground: Ground
    runner: Runner
    scheduler: Scheduler
