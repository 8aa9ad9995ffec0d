"""Ships WAL into the repository: finished segments, and the growth of the unfinished one.

Each tick ships what is there when it begins, so what a tick has shipped is safe as of its
beginning.  A segment leaves this machine only when the repository has it.
"""

from __future__ import annotations

import json
import shutil
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from shipway.backup.postgres.places import covered_name, wal_prefix
from shipway.backup.postgres.segments import PARTIAL, SEGMENT, growth
from shipway.errors import Problem
from shipway.ports_backup import Repository

COVERED_EVERY_S = 300.0
QUICK = 1
PIECES_MAX = 64


@dataclass(slots=True, kw_only=True)
class Shipper:
    """One database's shipper; folder: with a directory an epoch.

    covered_at: everything that was committed before is in the repository, in seconds since
    the epoch.  problem: why the last tick failed.
    """

    folder: Path
    service: str
    clock: Callable[[], float] = time.time
    covered_at: float | None = None
    problem: Problem | None = None
    shipped_bytes: int = 0
    _done: set[tuple[str, str]] = field(default_factory=set)
    _partial: tuple[str, str, int, int] = ("", "", 0, 0)
    _pieces: int = 0
    _told_at: float = 0.0

    def tick(self, repository: Repository, current: str | None, *, alive: bool) -> None:
        """Ship what is there; current: the epoch that is being received, alive: whether it is."""
        began = self.clock()
        try:
            for epoch in sorted(path for path in self.folder.glob("*") if path.is_dir()):
                self._ship_epoch(repository, epoch, finished=epoch.name != current)
            if alive and current is not None:
                self.covered_at = began
                self._tell(repository, current, began)
        except Problem as problem:
            self.problem = problem
        except OSError as error:
            self.problem = Problem("wal-unreadable", f"the WAL in {self.folder}: {error}")
        else:
            self.problem = None

    def _ship_epoch(self, repository: Repository, epoch: Path, *, finished: bool) -> None:
        names = sorted(path.name for path in epoch.iterdir())
        whole = [name for name in names if SEGMENT.fullmatch(name) or name.endswith(".history")]
        for name in whole:
            if (epoch.name, name) not in self._done:
                self._ship_whole(repository, epoch, name)
        for name in names:
            if name.endswith(PARTIAL) and SEGMENT.fullmatch(name.removesuffix(PARTIAL)):
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
        if content:
            packed = zlib.compress(content, QUICK)
            prefix = f"{wal_prefix(self.service, epoch.name)}{name}/"
            repository.put_object(f"{prefix}{start:08X}", packed)
            self.shipped_bytes += len(packed)
            self._pieces += 1
            if shipped == 0:
                self._only_first(repository, prefix)
        self._partial = (epoch.name, name, start + len(content), changed)

    def _only_first(self, repository: Repository, prefix: str) -> None:
        """Remove the pieces that the one from the beginning on has made superfluous."""
        names = [item.name for item in repository.objects(prefix)]
        stale = [name for name in names if not name.endswith("/00000000")]
        if stale:
            repository.delete_objects(stale)
        self._pieces = 1

    def _tell(self, repository: Repository, epoch: str, at: float) -> None:
        if at - self._told_at >= COVERED_EVERY_S:
            repository.put_object(
                covered_name(self.service, epoch), json.dumps({"at": at}).encode()
            )
            self._told_at = at
