"""Removes base backups and WAL that have had their time, in the repository itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from shipway.backup.postgres.base import counted_at
from shipway.backup.postgres.catalogue import Catalogue
from shipway.backup.postgres.expiry import expired_bases, expired_wal
from shipway.backup.postgres.places import base_name, wal_prefix
from shipway.backup.postgres.streams import Streams
from shipway.model.backup_settings import BackupSettings
from shipway.ports_backup import BackupRecords
from shipway.ports_data import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruner:
    """Asks the repository what there is, and removes what need not be kept."""

    streams: Streams
    records: BackupRecords
    clock: Callable[[], float] = time.time

    def prune(self, database: Database, settings: BackupSettings) -> tuple[int, int]:
        """Return how many bases and how many objects of WAL were removed."""
        repository = self.streams.repository(database.environment)
        catalogue = Catalogue(repository=repository, database=database)
        now = self.clock()
        bases = catalogue.bases()
        gone = expired_bases(bases, settings, now)
        if gone:
            repository.forget([base.id for base in gone])
            self._forget(database, {base.id[:8] for base in gone})
        ids = {base.id for base in gone}
        kept = [base for base in bases if base.id not in ids]
        repository.delete_objects([base_name(database.service, base.id) for base in gone])
        positions = {
            base.id: str(counted["position"])
            for base in kept
            if (counted := counted_at(repository, database, base))
        }
        removed = 0
        for epoch in catalogue.epochs():
            prefix = wal_prefix(database.service, epoch.name)
            names = [item.name.removeprefix(prefix) for item in repository.objects(prefix)]
            expired = expired_wal(names, epoch, kept, positions, settings=settings, now=now)
            if expired:
                repository.delete_objects([f"{prefix}{name}" for name in expired])
            removed += len(expired)
        return len(gone), removed

    def _forget(self, database: Database, short: set[str]) -> None:
        known = self.records.backups(database.environment, subject=database.service)
        ids = [item.id for item in known if item.id[:8] in short]
        self.records.forget(database.environment, ids)
