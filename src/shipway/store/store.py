"""The store as the use cases see it: small parts over one database."""

from __future__ import annotations

from pathlib import Path

from shipway.ports import Clock
from shipway.store.access import Access
from shipway.store.audit import Audit
from shipway.store.backup_runs import BackupRuns
from shipway.store.backups import Backups
from shipway.store.catalog import Catalog
from shipway.store.certificates import CertificateOrdersStore
from shipway.store.database import Database
from shipway.store.evidence import EvidenceStore
from shipway.store.incidents import Incidents
from shipway.store.journal import RolloutJournal
from shipway.store.maintenance import MaintenanceStore
from shipway.store.outbox import Outbox
from shipway.store.placements import Placements
from shipway.store.previews import Previews
from shipway.store.rollouts import Rollouts
from shipway.store.secret_versions import SecretVersions
from shipway.store.silences import Silences
from shipway.store.sleep import Sleeps


class SqliteStore:
    """Everything Shipway remembers, in `path`."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self.database = Database(path)
        self.catalog = Catalog(self.database, clock)
        self.placements = Placements(self.database, clock)
        self.rollouts = Rollouts(self.database, clock)
        self.secret_versions = SecretVersions(self.database)
        self.previews = Previews(self.database)
        self.sleeps = Sleeps(self.database, clock)
        self.audit = Audit(self.database, clock)
        self.access = Access(self.database, clock)
        self.evidence = EvidenceStore(self.database)
        self.backups = Backups(self.database)
        self.incidents = Incidents(self.database, clock)
        self.silences = Silences(self.database, clock)
        self.outbox = Outbox(self.database, clock)
        self.backup_runs = BackupRuns(self.database, clock)
        self.maintenance = MaintenanceStore(self.database, clock)
        self.certificate_orders = CertificateOrdersStore(self.database)

    def journal(self, rollout: int) -> RolloutJournal:
        """Return the journal of a rollout."""
        return RolloutJournal(self.database, self._clock, rollout)

    def let_go(self) -> None:
        """Leave this thread's connections to others: it rests."""
        self.database.let_go()
