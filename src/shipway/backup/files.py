"""What is no PostgreSQL: which backup is meant, its content, and a copy of it in a directory.

A directory that is there is whole: what is being written has another name until it is.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipway.backup.buckets import objects_of
from shipway.backup.ground import Ground
from shipway.backup.targets import place_of, users_of
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind
from shipway.model.names import EnvironmentId
from shipway.ports import Cancelled
from shipway.ports_repository import Repository

OF_DATABASES = frozenset((BackupKind.BASE, BackupKind.DUMP))
UNFINISHED = ".restoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesRestore:
    """What to bring back.  target: a directory that is not there yet; None: into place."""

    environment: EnvironmentId
    backup: str
    target: str | None = None


def plan_files(ground: Ground, wanted: FilesRestore) -> dict[str, Any]:
    """Return what a restore will do.  Raises Problem `no-backup`, `not-into-place`."""
    backup = find_backup(ground, wanted.environment, wanted.backup)
    into_place = wanted.target is None
    return {
        "subject": backup.subject,
        "kind": backup.kind.value,
        "backup": backup.id,
        "at": backup.ended_at,
        "lost_s": max(0.0, ground.clock.now() - backup.began_at),
        "bytes": backup.bytes,
        "target": wanted.target or place_of(ground, backup),
        "into_place": into_place,
        "stops": list(users_of(ground, backup)) if into_place else [],
        "last_took_s": _last_took(ground, backup),
    }


def _last_took(ground: Ground, backup: Backup) -> float | None:
    """Return how long the latest rehearsed restore of the same source took, in seconds."""
    drills = ground.records.drills(backup.environment)
    return next((item.rto_s for item in drills if item.subject == backup.subject), None)


def copy_out(ground: Ground, wanted: FilesRestore, target: Path) -> dict[str, Any]:
    """Write a backup into a directory; return what was done.  Raises Problem `target-not-empty`."""
    backup = find_backup(ground, wanted.environment, wanted.backup)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Problem(
            "target-not-empty",
            f"{target} is there already; a restore never writes over what is there.",
            hints=["name a directory that does not exist yet"],
        )
    began = time.monotonic()
    repository = ground.repository(wanted.environment)
    if target.is_mount():
        fetch_content(ground, repository, backup, target)
    else:
        unfinished = target.with_name(f"{target.name}{UNFINISHED}")
        shutil.rmtree(unfinished, ignore_errors=True)
        fetch_content(ground, repository, backup, unfinished)
        unfinished.rename(target)
    return {
        "subject": backup.subject,
        "kind": backup.kind.value,
        "backup": backup.id,
        "at": backup.ended_at,
        "target": str(target),
        "took_s": time.monotonic() - began,
    }


def find_backup(ground: Ground, environment: EnvironmentId, of: str) -> Backup:
    """Return the backup with this id, or the newest of the source with this name.

    Raises Problem `no-backup`, `wrong-way`.
    """
    backups = ground.records.backups(environment)
    files = [item for item in backups if item.kind not in OF_DATABASES]
    for item in files:
        if of in (item.id, item.subject):
            return item
    begun = [item for item in files if len(of) >= 6 and item.id.startswith(of)]
    if len(begun) == 1:
        return begun[0]
    if any(of in (item.id, item.id[:8], item.subject) for item in backups):
        raise Problem(
            "wrong-way",
            f"{of} is of a PostgreSQL database, which can be brought to any moment.",
            hints=["shipway backup restore --latest", 'shipway backup restore --at "TIME"'],
        )
    known = ", ".join(dict.fromkeys(item.subject for item in files)) or "nothing yet"
    raise Problem(
        "no-backup",
        f"{environment} has no backup {of}; it has backups of: {known}.",
        hints=[f"shipway backup list {environment.name}"],
    )


def fetch_content(
    ground: Ground,
    repository: Repository,
    backup: Backup,
    target: Path,
    cancelled: Cancelled = lambda: False,
) -> None:
    """Write a backup's whole content into a directory that is empty or not there."""
    if backup.kind is BackupKind.BUCKET:
        _fetch_bucket(repository, backup, target)
        return
    repository.restore(backup.id, target, cancelled=cancelled)
    for path, identifier in json.loads(backup.facts.get("sqlite", "{}")).items():
        with ground.staged(backup.environment, f"restore-{identifier}") as beside:
            repository.restore(identifier, beside, cancelled=cancelled)
            place = _place_in(target, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(str(beside / place.name), place)


def _place_in(target: Path, path: str) -> Path:
    """Return where a file of the tree belongs, links resolved.

    Raises Problem `restore-refused` where that is outside: an application may put a link into
    its volume while it is saved, and root follows links anywhere.
    """
    root = target.resolve()
    place = (root / path).parent.resolve() / Path(path).name
    if not place.is_relative_to(root) or place.is_symlink():
        raise Problem(
            "restore-refused",
            f"the backup wants to write {path} by a link to {place}, which lies outside of what is"
            " restored. Nothing live was changed.",
            hints=["shipway backup list   # an earlier backup"],
        )
    return place


def _fetch_bucket(repository: Repository, backup: Backup, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    root = target.resolve()
    for key, pieces in objects_of(repository, backup):
        path = (root / key).resolve()
        if not path.is_relative_to(root) or key.endswith("/"):
            continue  # a key that is no file name stays in the repository
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.writelines(pieces)
