"""What can be restored of a database, as the repository itself tells it.

Nothing here asks Shipway's own memory: on a new machine there is none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from shipway.backup.postgres.base import base_of
from shipway.backup.postgres.choose import Choice, choose
from shipway.backup.postgres.epoch import Epoch, epochs_in
from shipway.backup.postgres.fetch import covered_until, look
from shipway.backup.postgres.places import point_prefix
from shipway.backup.postgres.segments import parse_position
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind, RestorePoint, RestoreTarget
from shipway.ports_backup import Repository
from shipway.ports_data import Database

POINTS_READ_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Reads a repository for one database."""

    repository: Repository
    database: Database

    def bases(self) -> tuple[Backup, ...]:
        """Return the base backups, newest first."""
        tags = {"kind": BackupKind.BASE.value, "subject": self.database.service}
        return tuple(
            base_of(item.id, item.bytes, self.database, item.tags)
            for item in self.repository.snapshots(tags)
        )

    def epochs(self) -> tuple[Epoch, ...]:
        """Return the epochs, oldest first."""
        return epochs_in(self.repository, self.database.service)

    def points(self, name: str | None = None) -> tuple[RestorePoint, ...]:
        """Return the restore points that rollouts and people set, newest first."""
        prefix = point_prefix(self.database.service)
        items = self.repository.objects(f"{prefix}{name}" if name else prefix)
        kept = [item for item in items if not item.name.startswith(f"{prefix}counted-") or name]
        kept.sort(key=lambda item: -item.at)
        found = []
        for item in kept[:POINTS_READ_MAX]:
            told = json.loads(self.repository.get_object(item.name))
            found.append(
                RestorePoint(
                    environment=self.database.environment, service=self.database.service, **told
                )
            )
        return tuple(sorted(found, key=lambda point: -point.at))

    def choose(self, target: RestoreTarget, now: float) -> Choice:
        """Return from which base the target is reached.  Raises Problem."""
        points = self.points(target.point) if target.point else ()
        return choose(
            target, self.bases(), self.epochs(), points, where=self.repository.where, now=now
        )

    def reach(self, choice: Choice) -> float:
        """Return the newest moment that can be reached from there, as far as it is known."""
        wal = look(self.repository, choice.epoch, parse_position(choice.backup.facts["start"]))
        covered = covered_until(self.repository, choice.epoch) or 0.0
        return max(covered, wal.newest_at or 0.0, choice.backup.ended_at)

    def is_covered(self, choice: Choice, at: float, here: float | None) -> bool:
        """Return whether all WAL up to a moment is there; here: until when this machine knows."""
        return max(covered_until(self.repository, choice.epoch) or 0.0, here or 0.0) >= at


def not_covered(choice: Choice, at: str, reach: str) -> Problem:
    """Return the Problem of a moment after the end of what was kept."""
    return Problem(
        "not-covered",
        f"{choice.epoch.service}: what was kept ends at {reach}; {at} cannot be promised.",
        hints=["shipway backup restore --latest   # to the last transaction that was kept"],
    )
