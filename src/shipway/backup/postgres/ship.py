"""Ships WAL into the repository: finished segments, and the growth of the unfinished one.

Each tick ships what is there when it begins.  What the server says has arrived before that is
safe then, and nothing later is claimed.  A segment leaves this machine only when the
repository has it.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from shipway.backup.postgres.places import covered_name, wal_prefix
from shipway.backup.postgres.segments import PARTIAL, SEGMENT, growth
from shipway.errors import Problem
from shipway.ports_repository import Repository

COVERED_EVERY_S = 300.0
SETTLED_S = 0.1
"""The clock of files is coarse: a change may carry the time of the one before it."""
QUICK = 1
PIECES_MAX = 64

Marks = tuple[tuple[str, int], ...]
"""Names and times of change, in nanoseconds."""


@dataclass(slots=True, kw_only=True)
class Shipper:
    """One database's shipper; folder: with a directory an epoch.

    covered_at: everything that was committed before is in the repository, in seconds since
    the epoch.  problem: why the last tick failed.
    """

    folder: Path
    service: str
    covered_at: float | None = None
    problem: Problem | None = None
    shipped_bytes: int = 0
    _done: set[tuple[str, str]] = field(default_factory=set)
    _partial: tuple[str, str, int, int] = ("", "", 0, 0)
    _pieces: int = 0
    _told_at: float = 0.0
    _rested: Marks | None = None

    def rests(self, current: str) -> bool:
        """Return whether nothing has come since the last tick.

        For the epoch that is being received.  Costs a few microseconds.
        """
        return self._rested is not None and self._marks(current) == self._rested

    def tick(
        self,
        repository: Repository,
        current: str | None,
        *,
        arrived_at: float | None = None,
        tell: bool = False,
    ) -> None:
        """Ship what is there.

        current: the epoch that is being received, "" where none is any more; the others leave
        this machine.  None: nobody knows yet, and all stay.  arrived_at: everything of the
        current epoch that was committed before lies here, as the server says.  tell: let the
        repository know of it at once; else it is told now and then.
        """
        self._rested = None
        marks = self._marks(current)
        try:
            for epoch in sorted(path for path in self.folder.glob("*") if path.is_dir()):
                finished = current is not None and epoch.name != current
                self._ship_epoch(repository, epoch, finished=finished)
            if arrived_at is not None and current:
                self.covered_at = arrived_at
                self._tell(repository, current, arrived_at, at_once=tell)
        except Problem as problem:
            self.problem = problem
        except OSError as error:
            self.problem = Problem("wal-unreadable", f"the WAL in {self.folder}: {error}")
        else:
            self.problem = None
            self._rested = marks

    def _marks(self, current: str | None) -> Marks | None:
        """Return what changes with every change in the directories; None: it changes just now."""
        if not current:
            return None
        try:
            with os.scandir(self.folder / current) as entries:
                marks = sorted((entry.name, entry.stat().st_mtime_ns) for entry in entries)
            marks.append(("", self.folder.stat().st_mtime_ns))
        except OSError:
            return None
        return tuple(marks) if _settled(max(mark for _name, mark in marks)) else None

    def _ship_epoch(self, repository: Repository, epoch: Path, *, finished: bool) -> None:
        names = sorted(path.name for path in epoch.iterdir())
        whole = [name for name in names if SEGMENT.fullmatch(name) or name.endswith(".history")]
        for name in whole:
            if (epoch.name, name) not in self._done:
                self._ship_whole(repository, epoch, name)
        for name in names:
            if name.endswith(PARTIAL) and SEGMENT.fullmatch(name.removesuffix(PARTIAL)):
                with suppress(FileNotFoundError):  # finished meanwhile: the next tick ships it
                    self._ship_growth(repository, epoch, name)
        # the receiver goes on from the newest one: it stays
        segments = [name for name in whole if SEGMENT.fullmatch(name)]
        for name in segments[:-1]:
            (epoch / name).unlink()
            self._done.discard((epoch.name, name))
        if finished:
            shutil.rmtree(epoch)

    def _ship_whole(self, repository: Repository, epoch: Path, name: str) -> None:
        content = (epoch / name).read_bytes()
        prefix = wal_prefix(self.service, epoch.name)
        packed = zlib.compress(content, QUICK)
        repository.put_object(f"{prefix}{name}", packed)
        self.shipped_bytes += len(packed)
        pieces = [item.name for item in repository.objects(f"{prefix}{name}{PARTIAL}/")]
        if pieces:
            repository.delete_objects(pieces)
        self._done.add((epoch.name, name))

    def _ship_growth(self, repository: Repository, epoch: Path, name: str) -> None:
        path = epoch / name
        changed = path.stat().st_mtime_ns
        where, what, shipped, seen = self._partial
        if (where, what) != (epoch.name, name):
            shipped = seen = 0
        if changed == seen:
            return
        if self._pieces >= PIECES_MAX:
            shipped = 0
        with path.open("rb") as file:
            start, content = growth(file, shipped)
        end = start + len(content)
        if end != shipped:
            packed = zlib.compress(content, QUICK)
            prefix = f"{wal_prefix(self.service, epoch.name)}{name}/"
            repository.put_object(f"{prefix}{start:08X}", packed)
            self.shipped_bytes += len(packed)
            self._pieces += 1
            if shipped == 0:
                self._only_first(repository, prefix)
        self._partial = (epoch.name, name, end, changed if _settled(changed) else 0)

    def _only_first(self, repository: Repository, prefix: str) -> None:
        """Remove the pieces that the one from the beginning on has made superfluous."""
        names = [item.name for item in repository.objects(prefix)]
        stale = [name for name in names if not name.endswith("/00000000")]
        if stale:
            repository.delete_objects(stale)
        self._pieces = 1

    def _tell(self, repository: Repository, epoch: str, at: float, *, at_once: bool) -> None:
        if at_once or abs(at - self._told_at) >= COVERED_EVERY_S:  # clocks are set back, too
            repository.put_object(
                covered_name(self.service, epoch), json.dumps({"at": at}).encode()
            )
            self._told_at = at


def _settled(changed_ns: int) -> bool:
    """Return whether another change would carry another time."""
    return time.time() - changed_ns / 1e9 > SETTLED_S
