"""The room on this machine's disk: a database needs it more than its backups do.  Pure."""

from __future__ import annotations

from pathlib import Path

from shipway.errors import Problem

RESERVE_BYTES = 512 * 1024**2
RESERVE_SHARE = 0.02
"""What is left free on a disk for the applications."""
SPOOL_BYTES_MAX = 4 * 1024**3
SPOOL_SMALL_BYTES = 64 * 1024**2


def reserve_bytes(total: int) -> float:
    """Return what is left free for the applications on a disk of that size."""
    return min(RESERVE_BYTES, total * RESERVE_SHARE)


def spool_bytes(folder: Path) -> int:
    """Return how much WAL waits below a directory, one directory an epoch."""
    total = 0
    for path in folder.glob("*/*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # shipped meanwhile
            continue
    return total


def refuse_spool(
    service: str, *, spool: int, free: int, total: int, stuck: bool, held: bool
) -> None:
    """Raise Problem `wal-spool-full` where no more WAL may wait here for the repository.

    stuck: whether nothing leaves this machine.  held: whether none comes already; then it waits
    until there is room for a good while.
    """
    factor = 2 if held else 1
    if spool > SPOOL_BYTES_MAX / factor:
        raise Problem(
            "wal-spool-full",
            f"{spool / 1e9:.1f} GB of {service}'s WAL wait on this machine for the repository; the"
            " server keeps what comes now, up to its limit (max_slot_wal_keep_size).",
            hints=["shipway backup status"],
        )
    if free < reserve_bytes(total) * factor and (held or (stuck and spool > SPOOL_SMALL_BYTES)):
        raise Problem(
            "disk-full",
            f"{free / 1e9:.1f} GB are free, and {spool / 1e9:.1f} GB of {service}'s WAL wait on this"
            " machine for the repository. So that the database can write on, no more is kept;"
            " when there is room again, a new base backup is made by itself.",
            hints=["df -h", "shipway clean", "shipway backup status"],
        )
