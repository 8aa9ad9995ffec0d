"""Fetches WAL out of the repository and proves that nothing is missing in between."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shipway.backup.postgres.epoch import Epoch
from shipway.backup.postgres.moments import clock_time
from shipway.backup.postgres.places import covered_name, wal_prefix
from shipway.backup.postgres.segments import (
    PARTIAL,
    SEGMENT,
    missing,
    segment_at,
    segment_name,
    segment_number,
)
from shipway.errors import Problem
from shipway.ports import Cancelled
from shipway.ports_repository import Repository, StoredObject

MARGIN_S = 120.0
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wal:
    """What the repository has of an epoch's WAL from a base on.

    whole: objects of finished segments by number; pieces: of the unfinished one, in order.
    cut: whether more came later, which was left out.
    """

    epoch: Epoch
    whole: dict[int, StoredObject]
    unfinished: int | None
    pieces: tuple[StoredObject, ...]
    cut: bool = False

    @property
    def bytes(self) -> int:
        """Return about how much is to be fetched."""
        items = [*self.whole.values(), *self.pieces]
        return sum(item.bytes for item in items)

    @property
    def newest_at(self) -> float | None:
        """Return when the newest of it came."""
        return max((item.at for item in [*self.whole.values(), *self.pieces]), default=None)


def look(
    repository: Repository,
    epoch: Epoch,
    start: int,
    *,
    until: float | None = None,
    position: int | None = None,
    end: int | None = None,
) -> Wal:
    """Return what there is from the position `start` on.  Raises Problem `wal-missing`.

    until: nothing that came much later than this moment is needed; position: likewise.  end: of
    the base, which is needed in any case.  When an object came is what the store says: a store
    that was copied, or has a clock of its own, says another time, so a recovery that ends too
    early is made again with all there is.
    """
    first = segment_at(start, epoch.segment_bytes)
    last = None if position is None else segment_at(position, epoch.segment_bytes) + 1
    prefix = wal_prefix(epoch.service, epoch.name)
    whole: dict[int, StoredObject] = {}
    parts: dict[int, list[StoredObject]] = {}
    for item in repository.objects(prefix):
        name, _, piece = item.name.removeprefix(prefix).partition("/")
        bare = name.removesuffix(PARTIAL)
        if not SEGMENT.fullmatch(bare) or (piece and not name.endswith(PARTIAL)):
            continue
        number = segment_number(bare, epoch.segment_bytes)
        if number < first or (last is not None and number > last):
            continue
        if piece:
            parts.setdefault(number, []).append(item)
        else:
            whole[number] = item
    there = len(whole)
    whole = _until(whole, until, 0 if end is None else segment_at(end, epoch.segment_bytes))
    cut = len(whole) < there
    unfinished = None if cut else max((item for item in parts if item not in whole), default=None)
    numbers = [*whole, *([] if unfinished is None else [unfinished])]
    gap = first if numbers and min(numbers) != first else missing(numbers)
    if gap is None and not numbers:
        gap = first
    if gap is not None:
        name = segment_name(epoch.timeline, gap, epoch.segment_bytes)
        before = [whole[number].at for number in whole if number < gap]
        raise Problem(
            "wal-missing",
            f"the WAL segment {name} of {epoch.service} is missing in {repository.where}; what"
            " came after it cannot be restored from the backups before it.",
            details=[f"what came until {clock_time(max(before))} can be restored"]
            if before
            else [],
            hints=["shipway backup restore --at TIME   # a moment before the gap"],
        )
    pieces = () if unfinished is None else sorted(parts[unfinished], key=lambda item: item.name)
    return Wal(epoch=epoch, whole=whole, unfinished=unfinished, pieces=tuple(pieces), cut=cut)


def fetch(repository: Repository, wal: Wal, folder: Path, cancelled: Cancelled) -> int:
    """Write the segments into `folder` as PostgreSQL reads them; return their number."""
    folder.mkdir(mode=0o700, exist_ok=True)
    size = wal.epoch.segment_bytes
    for number, item in sorted(wal.whole.items()):
        if cancelled():
            raise Problem("cancelled", "the restore was cancelled.")
        content = _unpack(repository, item)
        if len(content) != size:
            raise _damaged(item, f"it has {len(content)} bytes, not {size}")
        (folder / segment_name(wal.epoch.timeline, number, size)).write_bytes(content)
    if wal.unfinished is not None:
        name = segment_name(wal.epoch.timeline, wal.unfinished, size)
        (folder / name).write_bytes(_unfinished(repository, wal, name))
    return len(wal.whole) + (wal.unfinished is not None)


def _unfinished(repository: Repository, wal: Wal, name: str) -> bytes:
    """Return the unfinished segment; it may have been finished or shipped anew meanwhile."""
    where = f"{wal_prefix(wal.epoch.service, wal.epoch.name)}{name}"
    pieces = wal.pieces
    for left in reversed(range(TRIES)):
        try:
            parts = [(int(item.name[-8:], 16), _unpack(repository, item)) for item in pieces]
            return assemble(parts, wal.epoch.segment_bytes)
        except Problem as problem:
            if problem.kind != "no-object" or not left:
                raise
        for item in repository.objects(where):
            if item.name == where:
                return _unpack(repository, item)
        pieces = repository.objects(f"{where}{PARTIAL}/")
    raise AssertionError("unreachable")


def assemble(pieces: Sequence[tuple[int, bytes]], size: int) -> bytes:
    """Return an unfinished segment of its pieces (offset, bytes), with zeros behind."""
    content = bytearray(size)
    for offset, piece in sorted(pieces):
        content[offset : offset + len(piece)] = piece
    return bytes(content[:size])


def covered_until(repository: Repository, epoch: Epoch) -> float | None:
    """Return until when the repository itself says that the epoch is covered."""
    try:
        told = json.loads(repository.get_object(covered_name(epoch.service, epoch.name)))
    except Problem as problem:
        if problem.kind != "no-object":
            raise
        return None
    return float(told["at"])


def _until(
    whole: dict[int, StoredObject], until: float | None, end: int
) -> dict[int, StoredObject]:
    """Return the segments up to the first one behind `end` that came well after the moment."""
    if until is None:
        return whole
    kept: dict[int, StoredObject] = {}
    for number, item in sorted(whole.items()):
        kept[number] = item
        if number > end and item.at > until + MARGIN_S:
            break
    return kept


def _unpack(repository: Repository, item: StoredObject) -> bytes:
    try:
        return zlib.decompress(repository.get_object(item.name))
    except zlib.error as error:
        raise _damaged(item, str(error)) from error


def _damaged(item: StoredObject, why: str) -> Problem:
    return Problem(
        "repository-damaged",
        f"{item.name} in the repository is damaged: {why}.",
        hints=["shipway backup restore --at TIME   # a moment before it"],
    )
