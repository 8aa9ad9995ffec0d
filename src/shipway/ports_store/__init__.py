"""The port of the store, in small parts: what the use cases ask of Shipway's memory.

All of it is safe to call from several threads.  Writes are on disk when they return.
"""

from __future__ import annotations

from typing import Protocol

from shipway.ports_store.catalog import CatalogPort
from shipway.ports_store.conditions import MaintenancePort, PreviewsPort, SleepsPort
from shipway.ports_store.memory import AuditPort, EvidencePort
from shipway.ports_store.placements import PlacementsPort, SecretVersionsPort
from shipway.ports_store.rollouts import RolloutsPort
from shipway.saga.journal import Journal

__all__ = [
    "AuditPort",
    "CatalogPort",
    "EvidencePort",
    "MaintenancePort",
    "PlacementsPort",
    "PreviewsPort",
    "RolloutsPort",
    "SecretVersionsPort",
    "SleepsPort",
    "Store",
]


class Store(Protocol):
    """Shipway's memory."""

    @property
    def catalog(self) -> CatalogPort:
        """Return projects, environments and releases."""
        ...

    @property
    def placements(self) -> PlacementsPort:
        """Return what is in the environments."""
        ...

    @property
    def rollouts(self) -> RolloutsPort:
        """Return the rollouts."""
        ...

    @property
    def secret_versions(self) -> SecretVersionsPort:
        """Return with which secrets the placements were resolved."""
        ...

    @property
    def previews(self) -> PreviewsPort:
        """Return the environments for branches."""
        ...

    @property
    def sleeps(self) -> SleepsPort:
        """Return which environments are not awake."""
        ...

    @property
    def maintenance(self) -> MaintenancePort:
        """Return which environments are closed."""
        ...

    @property
    def audit(self) -> AuditPort:
        """Return the audit trail."""
        ...

    @property
    def evidence(self) -> EvidencePort:
        """Return what checks saw."""
        ...

    def journal(self, rollout: int) -> Journal:
        """Return the journal of a rollout."""
        ...

    def let_go(self) -> None:
        """Leave to others what this thread holds, a connection for one, until it asks again."""
        ...
