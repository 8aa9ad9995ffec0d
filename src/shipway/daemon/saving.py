"""What the daemon does by itself for backups: what is due is begun, what has had its time goes."""

from __future__ import annotations

from shipway.backup.desk import BackupDesk
from shipway.backup.earlier import remove_old
from shipway.daemon.loops import Loop
from shipway.ports_store import AuditPort

BACKUPS = "backups"
EARLIER = "earlier-data"
LOOK_S = 20.0
EARLIER_S = 1800.0
WHO = "shipway"


def saving_loops(desk: BackupDesk, audit: AuditPort) -> tuple[Loop, ...]:
    """Return the loops."""

    def tidy() -> None:
        for item in remove_old(desk.ground):
            audit.add(WHO, "remove-earlier-data", item.environment, details={"names": [item.name]})

    return (
        Loop(name=BACKUPS, every_s=LOOK_S, act=desk.scheduler.look),
        Loop(name=EARLIER, every_s=EARLIER_S, act=tidy),
    )
