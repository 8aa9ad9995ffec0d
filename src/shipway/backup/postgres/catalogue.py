"""What can be restored of a database, as the repository itself tells it.

Nothing here asks Shipway's own memory: on a new machine there is none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from shipway.backup.postgres.base import base_of
from shipway.backup.postgres.choose import Choice, choose
from shipway.backup.postgres.epoch import Epoch, epochs_in
from shipway.backup.postgres.fetch import covered_until, look
from shipway.backup.postgres.moments import clock_time
from shipway.backup.postgres.places import point_prefix, pruned_name
from shipway.backup.postgres.segments import parse_position, segment_at
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind, RestorePoint, RestoreTarget
from shipway.ports_data import Database
from shipway.ports_repository import Repository

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
        """Return the newest restore points that rollouts set, newest first; or the named one."""
        return self._points(name, POINTS_READ_MAX)

    def every_point(self) -> tuple[RestorePoint, ...]:
        """Return all restore points that rollouts set, newest first."""
        return self._points(None, None)

    def _points(self, name: str | None, limit: int | None) -> tuple[RestorePoint, ...]:
        prefix = point_prefix(self.database.service)
        items = self.repository.objects(f"{prefix}{name}" if name else prefix)
        kept = [
            item
            for item in items
            if (item.name == f"{prefix}{name}" if name else not _is_count(item.name, prefix))
        ]
        kept.sort(key=lambda item: -item.at)
        found = []
        for item in kept[:limit]:
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
        bases = self.bases()
        choice = choose(target, bases, self.epochs(), points, where=self.repository.where, now=now)
        if _segment(choice) < self._whole_from(choice.epoch) and not self._leads_to(choice):
            raise pruned(choice, bases)
        return choice

    def _leads_to(self, choice: Choice) -> bool:
        """Return whether the WAL from a base to its point is there, though later WAL has gone."""
        if choice.point is None:
            return False
        start, end = choice.backup.facts["start"], parse_position(choice.point.position)
        try:
            wal = look(self.repository, choice.epoch, parse_position(start), position=end)
        except Problem as problem:
            if problem.kind != "wal-missing":
                raise
            return False
        return max([*wal.whole, wal.unfinished or 0]) >= segment_at(end, choice.epoch.segment_bytes)

    def _whole_from(self, epoch: Epoch) -> int:
        """Return the first segment from which on an epoch's WAL is whole."""
        try:
            told = self.repository.get_object(pruned_name(epoch.service, epoch.name))
        except Problem as problem:
            if problem.kind != "no-object":
                raise
            return 0
        return int(json.loads(told)["floor"])

    def reach(self, choice: Choice) -> float:
        """Return the newest moment that can be reached from there, as far as it is known."""
        wal = look(self.repository, choice.epoch, parse_position(choice.backup.facts["start"]))
        covered = covered_until(self.repository, choice.epoch) or 0.0
        return max(covered, wal.newest_at or 0.0, choice.backup.ended_at)

    def is_covered(self, choice: Choice, at: float, here: float | None) -> bool:
        """Return whether all WAL up to a moment is there; here: until when this machine knows."""
        return max(covered_until(self.repository, choice.epoch) or 0.0, here or 0.0) >= at


def _is_count(name: str, prefix: str) -> bool:
    """Return whether a point is a base backup's own, at which its rows were counted."""
    return name.startswith(f"{prefix}counted-")


def _segment(choice: Choice) -> int:
    start = parse_position(choice.backup.facts["start"])
    return segment_at(start, choice.epoch.segment_bytes)


def pruned(choice: Choice, bases: Sequence[Backup]) -> Problem:
    """Return the Problem of a moment whose WAL has had its time; its base is still there."""
    point, at = choice.backup.facts.get("point"), clock_time(choice.backup.ended_at)
    return Problem(
        "not-covered",
        f"{choice.epoch.service}: the write-ahead log of that time has had its time"
        f" (backup.keep_wal). What is left of it is the base backup of {at}.",
        hints=[
            *([f"shipway backup restore --point {point}   # as it was at {at}"] if point else ()),
            f"shipway backup list   # {len(bases)} base backups",
        ],
    )


def not_covered(choice: Choice, at: str, reach: str) -> Problem:
    """Return the Problem of a moment after the end of what was kept."""
    return Problem(
        "not-covered",
        f"{choice.epoch.service}: what was kept ends at {reach}; {at} cannot be promised.",
        hints=["shipway backup restore --latest   # to the last transaction that was kept"],
    )
