"""Where a backup goes back to in what is live: its directory or bucket, and who uses it."""

from __future__ import annotations

from shipway.backup.buckets import BEFORE
from shipway.backup.ground import Ground
from shipway.backup.sources import Source, inventory, mounting, volume_of
from shipway.backup.volumes import folder_of
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind


def place_of(ground: Ground, backup: Backup) -> str:
    """Return the live directory, or the bucket, that a backup is of.

    Raises Problem `not-into-place`, `volume-missing`, `volume-unreadable`.
    """
    source = source_of(ground, backup)
    if source.bucket is not None:
        return f"the bucket {source.bucket.location.bucket}"
    if backup.kind is BackupKind.REDIS:
        source = volume_of(ground.live(backup.environment), backup.subject)
    return str(folder_of(ground, backup.environment, source))


def users_of(ground: Ground, backup: Backup) -> tuple[str, ...]:
    """Return the services that may not run while the backup is put into place."""
    if backup.kind is BackupKind.BUCKET:
        return ()
    if backup.kind is BackupKind.REDIS:
        return (backup.subject,)
    return mounting(ground.live(backup.environment), source_of(ground, backup))


def source_of(ground: Ground, backup: Backup) -> Source:
    """Return the live source that a backup is of.  Raises Problem `not-into-place`."""
    subject = backup.subject.removesuffix(BEFORE)
    for source in inventory(ground.live(backup.environment)).sources:
        same = source.subject == subject and source.kind is backup.kind
        if same and backup.kind is not BackupKind.STATE and not source.neo4j:
            return source
    raise Problem(
        "not-into-place",
        f"{backup.subject} ({backup.kind}) cannot be put into place by itself.",
        hints=[f"shipway backup restore --of {backup.id} --to DIR"],
    )
