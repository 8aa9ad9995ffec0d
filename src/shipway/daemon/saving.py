"""What the daemon does by itself for backups: what is due is begun."""

from __future__ import annotations

from shipway.backup.desk import BackupDesk
from shipway.daemon.loops import Loop

BACKUPS = "backups"
LOOK_S = 20.0


def saving_loops(desk: BackupDesk) -> tuple[Loop, ...]:
    """Return the loops."""
    return (Loop(name=BACKUPS, every_s=LOOK_S, act=desk.scheduler.look),)
