"""Rehearsed restores of everything but PostgreSQL: brought back, looked at, thrown away.

What was counted when it was saved must be there again: files, bytes, rows, keys.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from shipway.backup.buckets import objects_of
from shipway.backup.ground import Ground
from shipway.backup.redis import FILE, MAGIC
from shipway.backup.redis_copy import loaded_keys
from shipway.backup.sqlite import check_database
from shipway.backup.state import DATABASE
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind, Drill, DrillCheck
from shipway.model.names import EnvironmentId
from shipway.ports import Cancelled, Output
from shipway.ports_repository import Repository

ROOM = 1.2
SKIPPED = frozenset((BackupKind.BASE, BackupKind.DUMP))


def rehearse_all(
    ground: Ground,
    environment: EnvironmentId,
    repository: Repository,
    *,
    output: Output,
    cancelled: Cancelled,
) -> Iterator[Drill]:
    """Rehearse the newest backup of every source but databases; record and yield each drill."""
    seen: set[tuple[BackupKind, str]] = set()
    for backup in ground.records.backups(environment):
        key = (backup.kind, backup.subject)
        if backup.kind in SKIPPED or key in seen:
            continue
        seen.add(key)
        if cancelled():
            raise Problem("cancelled", "the rehearsal was stopped.")
        if not _has_room(ground, backup):
            output(f"{backup.subject}: too large to be restored beside; it was only read back")
            continue
        drill = rehearse(ground, repository, backup)
        ground.records.add_drill(drill)
        output(f"{backup.subject}: {'; '.join(check.says for check in drill.checks)}")
        yield drill


def rehearse(ground: Ground, repository: Repository, backup: Backup) -> Drill:
    """Bring a backup back into a directory of its own, look at it, and throw it away."""
    began, clock = ground.clock.now(), time.monotonic()
    rto_s: float | None = None
    try:
        if backup.kind is BackupKind.BUCKET:
            checks = (_bucket(repository, backup),)
        else:
            with ground.staged(backup.environment, f"drill-{backup.id}") as folder:
                repository.restore(backup.id, folder)
                checks = (_look(folder, backup),)
        rto_s = time.monotonic() - clock
    except Problem as problem:
        checks = (DrillCheck(name="restore", passed=False, says=problem.message),)
    except (OSError, sqlite3.Error) as error:  # what came back is not what it should be
        checks = (DrillCheck(name="restore", passed=False, says=f"it cannot be read: {error}"),)
    return Drill(
        environment=backup.environment,
        subject=backup.subject,
        backup=backup.id,
        began_at=began,
        ended_at=ground.clock.now(),
        rto_s=rto_s,
        rpo_s=None,
        checks=checks,
    )


def _look(folder: Path, backup: Backup) -> DrillCheck:
    if backup.kind is BackupKind.REDIS:
        return _keys(folder / FILE, backup.counts.get("keys", 0))
    if backup.kind is BackupKind.SQLITE:
        found = next((path for path in folder.iterdir() if path.is_file()), folder / "nothing")
        return _rows(found, backup)
    if backup.kind is BackupKind.STATE:
        return _rows(folder / DATABASE, backup)
    count, size = _held(folder)
    if size != backup.bytes:
        return _same("bytes", backup.bytes, size)
    return _same("files", backup.counts.get("files", count), count)


def _held(folder: Path) -> tuple[int, int]:
    """Return how many files are below a directory, links included, and their bytes."""
    count = size = 0
    for here, folders, files in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(here, name))]  # noqa: PTH114, PTH118 - a walk over many
        for name in (*files, *links):
            count, size = count + 1, size + os.lstat(os.path.join(here, name)).st_size  # noqa: PTH118 - as above
    return count, size


def _keys(snapshot: Path, counted: int) -> DrillCheck:
    """Let a Redis load the snapshot, where this machine has one."""
    try:
        return _same("keys", counted, loaded_keys(snapshot))
    except Problem as problem:
        if problem.kind != "tools-missing":
            raise
    if not snapshot.read_bytes().startswith(MAGIC):
        return DrillCheck(name="keys", passed=False, says="what came back is no snapshot")
    return DrillCheck(
        name="keys",
        passed=True,
        says=f"it came back whole; its {counted:,} keys were counted by redis-check-rdb when it"
        " was saved (no redis-server is here to load it)",
    )


def _rows(path: Path, backup: Backup) -> DrillCheck:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        counts = check_database(database, path.name)
    wrong = [name for name, rows in backup.counts.items() if counts.get(name) != rows]
    if wrong:
        name = wrong[0]
        return _same(f"rows of {name}", backup.counts[name], counts.get(name, 0))
    return _same("rows", sum(backup.counts.values()), sum(counts.values()))


def _bucket(repository: Repository, backup: Backup) -> DrillCheck:
    size = 0
    for _key, pieces in objects_of(repository, backup):
        size += sum(map(len, pieces))
    return _same("bytes", backup.bytes, size)


def _same(what: str, wanted: int, found: int) -> DrillCheck:
    if wanted == found:
        return DrillCheck(name=what, passed=True, says=f"all {found:,} {what} are back")
    return DrillCheck(name=what, passed=False, says=f"{found:,} {what} came back, not {wanted:,}")


def _has_room(ground: Ground, backup: Backup) -> bool:
    ground.folder.mkdir(parents=True, exist_ok=True)
    return (
        backup.kind is BackupKind.BUCKET
        or shutil.disk_usage(ground.folder).free > backup.bytes * ROOM + 2**29
    )
