"""The repository's own list of what it holds, for the day when Shipway's memory is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from shipway.model.backup import Backup, BackupKind
from shipway.model.names import EnvironmentId
from shipway.ports_repository import Repository

RECORDS = "archive/"


def keep_record(repository: Repository, backup: Backup) -> None:
    """Write a backup's record beside it."""
    repository.put_object(_name(backup), json.dumps(backup_to_json(backup)).encode())


def drop_records(repository: Repository, backups: Sequence[Backup]) -> None:
    """Remove the records of backups that are gone."""
    repository.delete_objects([_name(backup) for backup in backups])


def read_records(repository: Repository, *, newest: int) -> int:
    """Read so many records back, which proves that they open; return how many there were."""
    items = sorted(repository.objects(RECORDS), key=lambda item: -item.at)[:newest]
    for item in items:
        repository.get_object(item.name)
    return len(items)


def _name(backup: Backup) -> str:
    return f"{RECORDS}{backup.id.replace(':', '_')}"  # a bucket's id is a path of its own


def backup_to_json(backup: Backup) -> dict[str, object]:
    """Return a backup as plain values."""
    return {
        "id": backup.id,
        "project": backup.environment.project,
        "environment": backup.environment.name,
        "subject": backup.subject,
        "kind": backup.kind.value,
        "began_at": backup.began_at,
        "ended_at": backup.ended_at,
        "bytes": backup.bytes,
        "facts": dict(backup.facts),
        "counts": dict(backup.counts),
    }


def backups_in(repository: Repository, environment: EnvironmentId) -> Iterator[Backup]:
    """Yield what the repository itself says that it holds, but databases."""
    for item in repository.objects(RECORDS):
        value = json.loads(repository.get_object(item.name))
        yield Backup(
            id=value["id"],
            environment=environment,
            subject=value["subject"],
            kind=BackupKind(value["kind"]),
            began_at=value["began_at"],
            ended_at=value["ended_at"],
            bytes=value["bytes"],
            facts=value["facts"],
            counts=value["counts"],
        )
