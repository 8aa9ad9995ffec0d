"""Which base backups and which WAL have had their time.  Pure.

A base is kept for as long as full backups are; the newest stays, however old it is, and so
does the newest one from before the WAL's own time, because everything after hangs on it.
WAL is kept from the oldest base within its time on: never past the base that needs it.  A
base without WAL is of no use, so an older base keeps the little that makes it whole: the
segments from its start to its counted point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shipway.backup.postgres.epoch import Epoch
from shipway.backup.postgres.segments import (
    PARTIAL,
    SEGMENT,
    parse_position,
    segment_at,
    segment_number,
)
from shipway.model.backup import Backup
from shipway.model.backup_settings import BackupSettings


def expired_bases(
    bases: Sequence[Backup], settings: BackupSettings, now: float
) -> tuple[Backup, ...]:
    """Return the base backups that need not be kept."""
    ordered = sorted(bases, key=lambda base: base.ended_at)
    kept = set(needed_for_wal(ordered, settings, now))
    return tuple(
        base
        for base in ordered[:-1]
        if now - base.ended_at > settings.keep_s and base.id not in kept
    )


def needed_for_wal(
    ordered: Sequence[Backup], settings: BackupSettings, now: float
) -> tuple[str, ...]:
    """Return the ids of the bases from which every moment of the WAL's time is reached."""
    horizon = now - settings.wal_keep_s
    before = [base for base in ordered if base.ended_at <= horizon]
    after = [base for base in ordered if base.ended_at > horizon]
    return tuple(base.id for base in [*before[-1:], *after, *ordered[-1:]])


def expired_wal(
    names: Sequence[str],
    epoch: Epoch,
    bases: Sequence[Backup],
    positions: Mapping[str, str],
    *,
    settings: BackupSettings,
    now: float,
) -> tuple[str, ...]:
    """Return the names (segment, or segment.partial/offset) of an epoch that need not be kept.

    bases: those that are kept, of all epochs; positions: of their counted points, by id.
    """
    ordered = sorted(bases, key=lambda base: base.ended_at)
    full = set(needed_for_wal(ordered, settings, now))
    own = [base for base in ordered if base.facts.get("epoch") == epoch.name]
    size = epoch.segment_bytes
    begins = [_start(base, size) for base in own if base.id in full]
    newest_epoch = not ordered or ordered[-1].facts.get("epoch") == epoch.name
    if newest_epoch and not begins:
        return ()  # the first base of this epoch is yet to come
    spans = [
        (_start(base, size), segment_at(parse_position(end), size))
        for base in own
        if (end := positions.get(base.id) or base.facts.get("end"))
    ]
    floor = min(begins, default=None)

    def is_kept(number: int) -> bool:
        if floor is not None and number >= floor:
            return True
        return any(first <= number <= last for first, last in spans)

    found = []
    for name in names:
        bare = name.partition("/")[0].removesuffix(PARTIAL)
        if SEGMENT.fullmatch(bare) and not is_kept(segment_number(bare, size)):
            found.append(name)
    return tuple(found)


def _start(base: Backup, size: int) -> int:
    return segment_at(parse_position(base.facts["start"]), size)
