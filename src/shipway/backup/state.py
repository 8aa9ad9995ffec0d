"""Shipway's own state: the database by SQLite's backup, the vault and the rest as files.

What can be made again (artifacts, checkouts, the proxy's files) and what is saved by itself
(volumes, the repository) is left aside.
"""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

from shipway.backup.ground import Taking
from shipway.backup.sources import Source
from shipway.backup.sqlite import copy_database, is_database
from shipway.model.backup import Backup, BackupKind

DATABASE = "state.sqlite"
LEFT_ASIDE = frozenset(
    ("process", "sources", "ingress", "backup", "logs", "cache", "tmp", "observe.sqlite")
)
LEFT_SUFFIXES = (".sock", ".lock", ".log", ".err", ".pid", "-wal", "-shm", "-journal")
FILE_BYTES_MAX = 64 * 1024**2


def take_state(taking: Taking, source: Source) -> Backup:
    """Save what Shipway knows, its vault included."""
    ground, clock = taking.ground, taking.ground.clock
    began = clock.now()
    with ground.staged(taking.environment, "state") as staged:
        counts = stage_state(ground.home, staged)
        snapshot = taking.repository.put(
            staged,
            tags=taking.tags(BackupKind.STATE, source.subject),
            output=taking.output,
            cancelled=taking.cancelled,
        )
    return Backup(
        id=snapshot.id,
        environment=taking.environment,
        subject=source.subject,
        kind=BackupKind.STATE,
        began_at=began,
        ended_at=clock.now(),
        bytes=snapshot.bytes,
        facts={"files": str(snapshot.files), "added_bytes": str(snapshot.added_bytes or 0)},
        counts=counts,
    )


def stage_state(home: Path, target: Path) -> dict[str, int]:
    """Copy the state into `target`; return the rows of its tables."""
    counts = copy_database(home / DATABASE, target / DATABASE)
    for entry in sorted(home.iterdir()):
        if entry.name in LEFT_ASIDE or entry.name == DATABASE or _is_left(entry):
            continue
        if is_database(entry):
            copy_database(entry, target / entry.name)
        elif entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, target / entry.name, symlinks=True, ignore=_left)
        elif entry.is_file():
            shutil.copy2(entry, target / entry.name)
    return counts


def _left(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if _is_left(Path(folder) / name)}


def _is_left(path: Path) -> bool:
    if path.name.endswith(LEFT_SUFFIXES) or ".log." in path.name:
        return True
    try:
        facts = path.lstat()
    except OSError:
        return True
    kind = facts.st_mode
    ordinary = stat.S_ISREG(kind) or stat.S_ISDIR(kind) or stat.S_ISLNK(kind)
    return not ordinary or (stat.S_ISREG(kind) and facts.st_size > FILE_BYTES_MAX)
