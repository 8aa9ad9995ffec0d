"""Which base backups and which WAL have had their time.  The decision is pure.

A base without the WAL that was written while it was made cannot be started; a moment
between two bases needs all WAL from the earlier one on.  So, with `wal_keep_s` of 7 days
and `keep_s` of 30:

    base   base   base  ┆  base   base   base     now
     ██     ██     ██━━━┿━━━━━━━━━━━━━━━━━━━━━━━━━━▶     WAL that is kept
                        ┆ 7 days ago

Invariant: the newest base stays whatever its age, and so does all WAL from the newest base
on that is older than the horizon.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shipway.backup.postgres.catalogue import Catalogue
from shipway.backup.postgres.epoch import Epoch
from shipway.backup.postgres.places import base_name, covered_name, epoch_name, wal_prefix
from shipway.backup.postgres.segments import (
    PARTIAL,
    SEGMENT,
    parse_position,
    segment_at,
    segment_number,
)
from shipway.model.backup import Backup
from shipway.model.backup_settings import BackupSettings
from shipway.ports_backup import Repository
from shipway.ports_data import Database

AFTER_END = 2
"""Segments behind a base's end that are kept with it: recovery reads a little further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What of an epoch's WAL is needed: ranges of segment numbers; last None: to its end."""

    ranges: tuple[tuple[int, int | None], ...]

    def has(self, number: int) -> bool:
        """Return whether a segment is needed."""
        return any(
            first <= number and (last is None or number <= last) for first, last in self.ranges
        )


def expired_bases(
    bases: Sequence[Backup], settings: BackupSettings, now: float
) -> tuple[Backup, ...]:
    """Return the bases that need not be kept any more."""
    newest = max(bases, key=lambda base: base.ended_at, default=None)
    horizon = _horizon_base(bases, now - settings.wal_keep_s)
    return tuple(
        base
        for base in bases
        if base is not newest and base is not horizon and now - base.ended_at > settings.keep_s
    )


def needed_wal(
    epoch: Epoch, bases: Sequence[Backup], *, ended_at: float | None, horizon: float
) -> Needed | None:
    """Return what of an epoch's WAL is needed; None: nothing, the epoch itself may go.

    bases: those of this epoch that are kept.  ended_at: when the next epoch began; None: it
    is the current one.
    """
    own = sorted(bases, key=lambda base: base.ended_at)
    if not own:
        # the current one's first base is still to come
        return Needed(ranges=((0, None),)) if ended_at is None else None
    ranges: list[tuple[int, int | None]] = [
        (_segment(epoch, base, "start"), _segment(epoch, base, "end") + AFTER_END) for base in own
    ]
    if ended_at is None or ended_at >= horizon:
        first = _horizon_base(own, horizon) or own[0]
        ranges.append((_segment(epoch, first, "start"), None))
    return Needed(ranges=tuple(ranges))


def tidy(
    repository: Repository, database: Database, settings: BackupSettings, now: float
) -> tuple[Backup, ...]:
    """Forget bases and WAL that have had their time; return the bases that went."""
    catalogue = Catalogue(repository=repository, database=database)
    bases, epochs = catalogue.bases(), catalogue.epochs()
    gone = expired_bases(bases, settings, now)
    kept = [base for base in bases if base not in gone]
    if gone:
        repository.forget([base.id for base in gone])
        repository.delete_objects([base_name(database.service, base.id) for base in gone])
    ends = [epoch.began_at for epoch in epochs[1:]] + [None]
    for epoch, ended_at in zip(epochs, ends, strict=True):
        own = [base for base in kept if base.facts.get("epoch") == epoch.name]
        needed = needed_wal(epoch, own, ended_at=ended_at, horizon=now - settings.wal_keep_s)
        prefix = wal_prefix(epoch.service, epoch.name)
        names = [item.name for item in repository.objects(prefix)]
        repository.delete_objects(list(_unneeded(epoch, names, needed)))
        if needed is None:  # last: an epoch is forgotten when nothing of it is left
            service = epoch.service
            repository.delete_objects(
                [covered_name(service, epoch.name), epoch_name(service, epoch.name)]
            )
    return gone


def _unneeded(epoch: Epoch, names: Iterable[str], needed: Needed | None) -> Iterable[str]:
    prefix = wal_prefix(epoch.service, epoch.name)
    for name in names:
        bare = name.removeprefix(prefix).partition("/")[0].removesuffix(PARTIAL)
        if needed is None or (
            SEGMENT.fullmatch(bare) and not needed.has(segment_number(bare, epoch.segment_bytes))
        ):
            yield name


def _horizon_base(bases: Sequence[Backup], horizon: float) -> Backup | None:
    """Return the newest base that was done before the horizon."""
    before = [base for base in bases if base.ended_at <= horizon]
    return max(before, key=lambda base: base.ended_at, default=None)


def _segment(epoch: Epoch, base: Backup, which: str) -> int:
    return segment_at(parse_position(base.facts[which]), epoch.segment_bytes)
