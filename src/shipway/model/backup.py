"""Values of backups: what was kept, to which moment to go back, what a drill measured.

A backup is proven by a drill that restored it, by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shipway.errors import Problem
from shipway.model.names import EnvironmentId


class BackupKind(StrEnum):
    """What a backup holds."""

    BASE = "base"  # a PostgreSQL cluster as files: with the WAL, any moment since
    DUMP = "dump"  # a PostgreSQL database, logically
    REDIS = "redis"
    SQLITE = "sqlite"
    VOLUME = "volume"
    BUCKET = "bucket"
    STATE = "state"  # Shipway's own state and vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One backup that is in the repository, whole.

    id: the snapshot's.  subject: the service, volume or bucket that it is of.
    began_at, ended_at: seconds since the epoch.  bytes: what it holds, unpacked.
    facts: what a restore needs to know (a base: epoch, timeline, start and stop position).
    counts: rows by table at the time, where they were counted.
    """

    id: str
    environment: EnvironmentId
    subject: str
    kind: BackupKind
    began_at: float
    ended_at: float
    bytes: int
    facts: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePoint:
    """A named moment in a database's WAL, to which it can be brought back exactly.

    epoch: the stretch of WAL it lies in; position: the LSN, as PostgreSQL writes it.
    """

    environment: EnvironmentId
    service: str
    name: str
    at: float
    epoch: str
    position: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreTarget:
    """The moment to which a restore goes: a time, a named point, or the last transaction.

    at: seconds since the epoch.
    """

    at: float | None = None
    point: str | None = None

    def __post_init__(self) -> None:
        if self.at is not None and self.point is not None:
            raise Problem(
                "invalid-target",
                "a restore goes to a time or to a named point, not to both.",
                hints=["give --at or --point"],
            )

    @property
    def latest(self) -> bool:
        """Return whether the last transaction is meant."""
        return self.at is None and self.point is None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillCheck:
    """One thing that a drill looked at; `says` tells what it saw, with figures."""

    name: str
    passed: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A rehearsed restore.

    rto_s: from the word to a database that answers, checks left out.
    rpo_s: between the last restored moment and the moment when the drill began; None where
    the database was idle and nothing could be lost.
    backup: the id of what was restored.
    """

    environment: EnvironmentId
    subject: str
    backup: str
    began_at: float
    ended_at: float
    rto_s: float | None
    rpo_s: float | None
    checks: tuple[DrillCheck, ...]

    @property
    def passed(self) -> bool:
        """Return whether it looked at something, and everything it looked at was right."""
        return bool(self.checks) and all(check.passed for check in self.checks)
