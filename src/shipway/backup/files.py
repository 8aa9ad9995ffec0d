"""Bringing back what is no PostgreSQL: into a directory beside, or into place.

Into place: everything is fetched and complete beside the live data first; then the services
that use it stop, the two directories change places in one moment, and the services start.
What was there stays beside, under its own name, until a person removes it.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipway.backup.buckets import objects_of
from shipway.backup.exchange import exchange
from shipway.backup.ground import Ground
from shipway.backup.redis import FILE, keeps_log, lay_out
from shipway.backup.sources import Source, inventory, mounting, volume_of
from shipway.backup.volumes import folder_of
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind
from shipway.model.names import EnvironmentId
from shipway.ports_backup import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesRestore:
    """What to bring back.  target: a directory that is not there yet; None: into place."""

    environment: EnvironmentId
    backup: str
    target: str | None = None


def plan_files(ground: Ground, wanted: FilesRestore) -> dict[str, Any]:
    """Return what a restore will do.  Raises Problem `no-backup`, `not-into-place`."""
    backup = find_backup(ground, wanted)
    stops = _stops(ground, backup) if wanted.target is None else ()
    return {
        "subject": backup.subject,
        "kind": backup.kind.value,
        "backup": backup.id,
        "at": backup.ended_at,
        "lost_s": max(0.0, ground.clock.now() - backup.began_at),
        "bytes": backup.bytes,
        "target": wanted.target or _place(ground, backup),
        "into_place": wanted.target is None,
        "stops": list(stops),
    }


def restore_files(ground: Ground, wanted: FilesRestore) -> dict[str, Any]:
    """Bring a backup back; return what was done.  Raises Problem; nothing live is harmed then."""
    backup = find_backup(ground, wanted)
    repository = ground.repository(wanted.environment)
    began = time.monotonic()
    if wanted.target is not None:
        target = Path(wanted.target)
        fetch(ground, repository, backup, target)
        kept = ""
    else:
        target, kept = _into_place(ground, repository, backup)
    return {
        "subject": backup.subject,
        "kind": backup.kind.value,
        "backup": backup.id,
        "at": backup.ended_at,
        "target": str(target),
        "kept": kept,
        "took_s": time.monotonic() - began,
    }


def find_backup(ground: Ground, wanted: FilesRestore) -> Backup:
    """Return the backup with this id, or the newest of the source with this name."""
    backups = ground.records.backups(wanted.environment)
    files = [item for item in backups if item.kind not in {BackupKind.BASE, BackupKind.DUMP}]
    for item in files:
        if wanted.backup in (item.id, item.subject):
            return item
    if any(wanted.backup in (item.id, item.subject) for item in backups):
        raise Problem(
            "wrong-way",
            f"{wanted.backup} is of a PostgreSQL database, which can be brought to any moment.",
            hints=["shipway backup restore --at latest"],
        )
    known = ", ".join(dict.fromkeys(item.subject for item in files)) or "nothing yet"
    raise Problem(
        "no-backup",
        f"{wanted.environment} has no backup {wanted.backup}; it has backups of: {known}.",
        hints=[f"shipway backup list {wanted.environment.name}"],
    )


def fetch(ground: Ground, repository: Repository, backup: Backup, target: Path) -> None:
    """Write a backup's whole content into a directory that is empty or not there."""
    if backup.kind is BackupKind.BUCKET:
        _fetch_bucket(repository, backup, target)
        return
    repository.restore(backup.id, target)
    for path, identifier in json.loads(backup.facts.get("sqlite", "{}")).items():
        beside = ground.staging(backup.environment, f"restore-{identifier}")
        shutil.rmtree(beside, ignore_errors=True)
        try:
            repository.restore(identifier, beside)
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(str(beside / place.name), place)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _fetch_bucket(repository: Repository, backup: Backup, target: Path) -> None:
    if target.exists() and any(target.iterdir()):
        raise Problem(
            "target-not-empty",
            f"{target} is not empty; a restore never writes over what is there.",
            hints=["name a directory that does not exist yet"],
        )
    target.mkdir(parents=True, exist_ok=True)
    root = target.resolve()
    for key, pieces in objects_of(repository, backup):
        path = (root / key).resolve()
        if not path.is_relative_to(root) or key.endswith("/"):
            continue  # a key that is no file name stays in the repository
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.writelines(pieces)


def _into_place(ground: Ground, repository: Repository, backup: Backup) -> tuple[Path, str]:
    if backup.kind is BackupKind.BUCKET:
        return _into_bucket(ground, repository, backup), ""
    place = Path(_place(ground, backup))
    fresh = place.with_name(f"{place.name}.restoring")
    shutil.rmtree(fresh, ignore_errors=True)
    _check_room(place, backup)
    try:
        if backup.kind is BackupKind.REDIS:
            _redis_data(ground, repository, backup, fresh)
            _owned_as(place, fresh)
        else:
            fetch(ground, repository, backup, fresh)
        with ground.paused(backup.environment, _stops(ground, backup)):
            exchange(fresh, place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    moment = time.strftime("%Y%m%d-%H%M%S", time.localtime(ground.clock.now()))
    kept = place.with_name(f"{place.name}.before-{moment}")
    fresh.rename(kept)
    return place, str(kept)


def _into_bucket(ground: Ground, repository: Repository, backup: Backup) -> Path:
    source = _source(ground, backup)
    if source.bucket is None:
        raise _not_into_place(backup)
    bucket = ground.bucket(source.bucket, backup.environment)
    for key, pieces in objects_of(repository, backup):
        bucket.write(key, pieces)
    return Path(source.bucket.location.bucket)


def _redis_data(ground: Ground, repository: Repository, backup: Backup, fresh: Path) -> None:
    service = ground.live(backup.environment).service(backup.subject)
    repository.restore(backup.id, fresh)
    if keeps_log(service):
        lay_out(fresh / FILE)


def _owned_as(place: Path, fresh: Path) -> None:
    """Give what was made the owner and mode of what it replaces."""
    import os

    facts = place.stat()
    fresh.chmod(facts.st_mode & 0o7777)
    if os.geteuid() == 0:
        for path in (fresh, *fresh.rglob("*")):
            os.chown(path, facts.st_uid, facts.st_gid)


def _check_room(place: Path, backup: Backup) -> None:
    free = shutil.disk_usage(place.parent).free
    if free < backup.bytes * 1.1:
        raise Problem(
            "disk-full",
            f"{place.parent} has {free / 1e6:.0f} MB free; the backup of {backup.subject} needs"
            f" {backup.bytes / 1e6:.0f} MB beside what is there. Nothing was changed.",
            hints=[f"shipway backup restore {backup.id} --to DIR, on another disk"],
        )


def _place(ground: Ground, backup: Backup) -> str:
    source = _source(ground, backup)
    if backup.kind is BackupKind.BUCKET and source.bucket is not None:
        return f"the bucket {source.bucket.location.bucket}"
    if backup.kind is BackupKind.REDIS:
        volume = volume_of(ground.live(backup.environment), backup.subject)
        return str(folder_of(ground, backup.environment, volume))
    return str(folder_of(ground, backup.environment, source))


def _source(ground: Ground, backup: Backup) -> Source:
    for source in inventory(ground.live(backup.environment)).sources:
        same = source.subject == backup.subject and source.kind is backup.kind
        if same and backup.kind is not BackupKind.STATE and not source.neo4j:
            return source
    raise _not_into_place(backup)


def _not_into_place(backup: Backup) -> Problem:
    return Problem(
        "not-into-place",
        f"{backup.subject} ({backup.kind}) cannot be put into place by itself.",
        hints=[f"shipway backup restore {backup.id} --to DIR"],
    )


def _stops(ground: Ground, backup: Backup) -> tuple[str, ...]:
    """Return the services that use what is replaced."""
    if backup.kind is BackupKind.BUCKET:
        return ()
    app = ground.live(backup.environment)
    if backup.kind is BackupKind.REDIS:
        return (backup.subject,)
    return mounting(app, _source(ground, backup))
