"""Which backups have had their time.  Pure.

Invariant: the newest backup of everything stays, however old it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipway.model.backup import Backup, BackupKind
from shipway.model.backup_settings import BackupSettings

OTHERS = frozenset((BackupKind.BASE,))
"""Whose age is not the whole question: WAL hangs on a base, the database's room decides."""


def expired(backups: Sequence[Backup], settings: BackupSettings, now: float) -> tuple[Backup, ...]:
    """Return the backups that need not be kept any more."""
    newest: dict[tuple[BackupKind, str], Backup] = {}
    for backup in backups:
        key = (backup.kind, backup.subject)
        if key not in newest or backup.ended_at > newest[key].ended_at:
            newest[key] = backup
    return tuple(
        backup
        for backup in backups
        if backup.kind not in OTHERS
        and backup is not newest[(backup.kind, backup.subject)]
        and now - backup.ended_at > keep_s(backup.kind, settings)
    )


def keep_s(kind: BackupKind, settings: BackupSettings) -> float:
    """Return how long backups of a kind are kept, in seconds."""
    return settings.redis_keep_s if kind is BackupKind.REDIS else settings.keep_s
