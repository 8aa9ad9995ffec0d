"""Which backups have had their time.  Pure.

Invariant: the newest backup of everything stays, however old it is; and with a volume the
copies of its SQLite files, which were made a moment before it.
A clock that jumps makes little older: `ages`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from shipway.backup.ages import Age, kept_ages
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
    told = {
        kind: _ages_of(kind, backups, settings, now) for kind in {kind for kind, _subject in newest}
    }
    old = [
        backup
        for backup in backups
        if backup.kind not in OTHERS
        and backup is not newest[(backup.kind, backup.subject)]
        and told[backup.kind](backup.ended_at) > keep_s(backup.kind, settings)
    ]
    parts = {part for backup in backups if backup not in old for part in parts_of(backup)}
    return tuple(backup for backup in old if backup.id not in parts)


def _ages_of(
    kind: BackupKind, backups: Sequence[Backup], settings: BackupSettings, now: float
) -> Age:
    cron = settings.redis_cron if kind is BackupKind.REDIS else settings.base_cron
    return kept_ages(
        (item.ended_at for item in backups),
        now,
        keep_s=keep_s(kind, settings),
        cron=cron,
        zone=settings.timezone,
    )


def parts_of(backup: Backup) -> frozenset[str]:
    """Return the backups without which this one is not whole: a volume's SQLite files."""
    return frozenset(json.loads(backup.facts.get("sqlite", "{}")).values())


def keep_s(kind: BackupKind, settings: BackupSettings) -> float:
    """Return how long backups of a kind are kept, in seconds."""
    return settings.redis_keep_s if kind is BackupKind.REDIS else settings.keep_s
