"""PostgreSQL's backups as one thing: what the daemon wires and the API calls."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from shipway.backup.postgres.conditions import DatabaseConditions
from shipway.backup.postgres.drill import Drills
from shipway.backup.postgres.places import BackupPlaces
from shipway.backup.postgres.points import NamedMoments
from shipway.backup.postgres.rehearsals import Rehearsals
from shipway.backup.postgres.restores import DatabaseRestores
from shipway.backup.postgres.streams import Streams
from shipway.model.names import EnvironmentId
from shipway.ports_backup import BackupRecords
from shipway.ports_data import Databases
from shipway.ports_repository import Repositories, Writers
from shipway.ports_restore import Application
from shipway.ports_store import EvidencePort


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresBackups:
    """Streams, restore points, restores and drills over the same databases."""

    databases: Databases
    records: BackupRecords
    streams: Streams
    points: NamedMoments
    restores: DatabaseRestores
    rehearsals: Rehearsals
    conditions: DatabaseConditions


def postgres_backups(  # noqa: PLR0917 - one of each port
    home: Path,
    databases: Databases,
    repositories: Repositories,
    records: BackupRecords,
    evidence: EvidencePort,
    application: Application,
    needed: Callable[[EnvironmentId], Collection[str]],
    writers: Writers,
) -> PostgresBackups:
    """Return them; starts nothing.

    home: of backups, below Shipway's own.  needed: see `DatabaseRestores`.
    """
    places = BackupPlaces(home / "databases")
    streams = Streams(places, databases, repositories, records, writers)
    restores = DatabaseRestores(
        databases=databases, streams=streams, records=records, places=places, needed=needed
    )
    points = NamedMoments(databases=databases, streams=streams, records=records)
    return PostgresBackups(
        databases=databases,
        records=records,
        streams=streams,
        points=points,
        restores=restores,
        rehearsals=Rehearsals(
            databases=databases,
            drills=Drills(restores=restores, records=records, application=application),
            records=records,
            evidence=evidence,
        ),
        conditions=DatabaseConditions(
            databases=databases, streams=streams, points=points, records=records
        ),
    )
