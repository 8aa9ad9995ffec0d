"""What the daemon does by itself for databases: their WAL, every second, and drills."""

from __future__ import annotations

from shipway.backup.postgres.databases import PostgresBackups
from shipway.daemon.loops import Loop

STREAM = "wal"
STREAM_EVERY_S = 1.0
DRILLS = "drills"
DRILLS_EVERY_S = 60.0


def database_loops(backups: PostgresBackups) -> tuple[Loop, ...]:
    """Return the loops."""
    return (
        Loop(name=STREAM, every_s=STREAM_EVERY_S, act=backups.streams.look),
        Loop(name=DRILLS, every_s=DRILLS_EVERY_S, act=backups.rehearsals.look),
    )
