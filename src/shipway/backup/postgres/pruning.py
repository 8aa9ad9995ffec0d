"""What of a database's bases and write-ahead log has had its time, in the repository itself.

Invariant: the newest base stays.  Every moment of the last `wal_keep_s` can be reached: from
the newest base before that time on, no segment goes.  An older base that is still kept has
the segments that bring it to the moment at which its rows were counted, and no more; but the
base before the moment to which a kept release goes back has those that lead there.  A restore
point goes when nothing leads to it any more.
A clock that jumps makes little older: `backup/ages.py`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shipway.backup.ages import kept_ages
from shipway.backup.postgres.base import counted_at
from shipway.backup.postgres.catalogue import Catalogue
from shipway.backup.postgres.places import (
    base_name,
    covered_name,
    epoch_name,
    point_prefix,
    pruned_name,
    wal_prefix,
)
from shipway.backup.postgres.segments import (
    PARTIAL,
    SEGMENT,
    parse_position,
    segment_at,
    segment_number,
)
from shipway.model.backup import Backup, RestorePoint
from shipway.model.backup_settings import BackupSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A base as pruning sees it: the numbers of the first and the last segment it needs itself.

    end: the position from which on it can be restored.
    """

    id: str
    epoch: str
    ended_at: float
    first: int
    last: int
    end: int = 0


def bases_past_their_time(
    bases: Sequence[Held], *, now: float, keep_s: float, wal_keep_s: float
) -> tuple[Held, ...]:
    """Return the bases that need not be kept."""
    ordered = sorted(bases, key=lambda base: base.ended_at)
    before_window = [base for base in ordered if base.ended_at <= now - wal_keep_s]
    kept = {base.id for base in (*ordered[-1:], *before_window[-1:])}
    limit_s = max(keep_s, wal_keep_s)  # what lies in the window is where its moments begin
    return tuple(base for base in ordered if base.id not in kept and now - base.ended_at > limit_s)


def floor_of(kept: Sequence[Held], *, now: float, wal_keep_s: float) -> int:
    """Return the first segment of an epoch from which on none may go.

    kept: the epoch's bases that stay, at least one.
    """
    before_window = [base for base in kept if base.ended_at <= now - wal_keep_s]
    if before_window:
        return max(before_window, key=lambda base: base.ended_at).first
    return min(base.first for base in kept)


def is_needed(number: int, kept: Sequence[Held], floor: int) -> bool:
    """Return whether a segment of an epoch must stay."""
    return number >= floor or any(base.first <= number <= base.last for base in kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What went: the ids of bases, the names of restore points."""

    bases: tuple[str, ...]
    points: tuple[str, ...]


def base_before(point: RestorePoint, bases: Sequence[Held]) -> Held | None:
    """Return the base with which a restore to the point begins; None where there is none."""
    position = parse_position(point.position)
    found = [base for base in bases if base.epoch == point.epoch and base.end <= position]
    return max(found, key=lambda base: base.ended_at, default=None)


def with_points(
    bases: Sequence[Held], points: Iterable[RestorePoint], sizes: Mapping[str, int]
) -> list[Held]:
    """Return the bases, each with the segments that lead from it to these points."""
    found = {base.id: base for base in bases}
    for point in points:
        base = base_before(point, bases)
        if base is not None:
            last = segment_at(parse_position(point.position), sizes[base.epoch]) + 1
            found[base.id] = replace(base, last=max(found[base.id].last, last))
    return list(found.values())


def prune(
    catalogue: Catalogue,
    settings: BackupSettings,
    now: float,
    needed: Collection[str] = frozenset(),
) -> Pruned:
    """Remove from the repository what has had its time; return what went.

    needed: the names of the points to which the releases that are kept go back.  They stay for
    as long as full backups do.  Killed in between, the next one goes on: everything is read
    from the repository anew.
    """
    repository, service = catalogue.repository, catalogue.database.service
    bases = catalogue.bases()
    sizes = {epoch.name: epoch.segment_bytes for epoch in catalogue.epochs()}
    age = kept_ages(
        (base.ended_at for base in bases),
        now,
        keep_s=min(settings.keep_s, settings.wal_keep_s),
        cron=settings.base_cron,
        zone=settings.timezone,
    )
    held = [
        replace(_held(catalogue, base, sizes[name]), ended_at=now - age(base.ended_at))
        for base in bases
        if (name := base.facts.get("epoch")) in sizes
    ]
    points = catalogue.every_point()
    wanted = [item for item in points if item.name in needed and age(item.at) <= settings.keep_s]
    begin = [base_before(point, held) for point in wanted]
    old = bases_past_their_time(
        held, now=now, keep_s=settings.keep_s, wal_keep_s=settings.wal_keep_s
    )
    gone = [base for base in old if base not in begin]
    left = with_points([base for base in held if base not in gone], wanted, sizes)
    if gone:
        counted = {base.id: base.facts.get("point") for base in bases}
        repository.forget([base.id for base in gone])
        names = [base_name(service, base.id) for base in gone]
        names += [f"{point_prefix(service)}{counted[base.id]}" for base in gone if counted[base.id]]
        repository.delete_objects(names)
    newest, floors = next(reversed(sizes), None), dict.fromkeys(sizes, 0)
    for epoch, size in sizes.items():
        own = [base for base in left if base.epoch == epoch]
        if own:
            floors[epoch] = floor_of(own, now=now, wal_keep_s=settings.wal_keep_s)
            _prune_epoch(catalogue, epoch, size, own, floors[epoch])
        elif epoch != newest:
            _drop_epoch(catalogue, epoch, before=now - settings.wal_keep_s)
    lost = [point.name for point in points if not _leads_to(point, left, floors, sizes)]
    repository.delete_objects([f"{point_prefix(service)}{name}" for name in lost])
    return Pruned(bases=tuple(base.id for base in gone), points=tuple(lost))


def _leads_to(
    point: RestorePoint,
    bases: Sequence[Held],
    floors: Mapping[str, int],
    sizes: Mapping[str, int],
) -> bool:
    """Return whether something that stays leads to a restore point."""
    base = base_before(point, bases)
    if base is None:
        return False
    number = segment_at(parse_position(point.position), sizes[base.epoch])
    return base.first >= floors[base.epoch] or number <= base.last


def _prune_epoch(
    catalogue: Catalogue, epoch: str, size: int, own: Sequence[Held], floor: int
) -> None:
    repository, service = catalogue.repository, catalogue.database.service
    prefix = wal_prefix(service, epoch)
    names = []
    for item in repository.objects(prefix):
        bare = item.name.removeprefix(prefix).partition("/")[0].removesuffix(PARTIAL)
        if SEGMENT.fullmatch(bare) and not is_needed(segment_number(bare, size), own, floor):
            names.append(item.name)
    if names:
        # said before it is done: nobody is promised a moment that is about to go
        told = json.dumps({"floor": floor}).encode()
        repository.put_object(pruned_name(service, epoch), told)
        repository.delete_objects(names)


def _drop_epoch(catalogue: Catalogue, epoch: str, *, before: float) -> None:
    """Ensure that nothing is left of an ended epoch from which nothing can be restored."""
    repository, service = catalogue.repository, catalogue.database.service
    items = repository.objects(wal_prefix(service, epoch))
    if all(item.at < before for item in items):
        repository.delete_objects([item.name for item in items])
        about = (pruned_name, covered_name, epoch_name)  # the epoch last: it is what is found
        for name in about:
            repository.delete_objects([name(service, epoch)])


def _held(catalogue: Catalogue, base: Backup, size: int) -> Held:
    counted: Mapping[str, object] = counted_at(catalogue.repository, catalogue.database, base)
    position = str(counted.get("position") or base.facts["end"])
    return Held(
        id=base.id,
        epoch=base.facts["epoch"],
        ended_at=base.ended_at,
        first=segment_at(parse_position(base.facts["start"]), size),
        last=segment_at(parse_position(position), size) + 1,
        end=parse_position(base.facts["end"]),
    )
