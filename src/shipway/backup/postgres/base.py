"""Base backups: the cluster's files, verified, counted, and complete with their WAL.

A base is in the repository only when it was verified; it is recorded only when the WAL up
to its end is in the repository too, for without it nothing can be restored from it.
"""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipway.backup.postgres import counts
from shipway.backup.postgres.epoch import Epoch
from shipway.backup.postgres.fetch import look
from shipway.backup.postgres.places import BackupPlaces, base_name, point_prefix
from shipway.backup.postgres.room import reserve_bytes
from shipway.backup.postgres.running import Asker, run_tool
from shipway.backup.postgres.segments import parse_position, segment_at
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind
from shipway.model.words import plural
from shipway.ports import Cancelled, Output
from shipway.ports_data import Database
from shipway.ports_repository import Repository

BASE_S = 4 * 3600.0
VERIFY_S = 3600.0
SHIPPED_S = 180.0
ROOM = 1.1
NO_SPACE = "No space left on device"
SIZE = "SELECT coalesce(sum(pg_database_size(oid)), 0)::bigint FROM pg_database"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseMaker:
    """Makes base backups of one database.

    epoch: asks for the epoch that is being received, or raises why there is none.
    """

    places: BackupPlaces
    epoch: Callable[[], Epoch]
    clock: Callable[[], float] = time.time

    def make(
        self,
        database: Database,
        repository: Repository,
        *,
        output: Output,
        cancelled: Cancelled = lambda: False,
    ) -> Backup:
        """Make one; return when it can be restored from.  Raises Problem."""
        epoch = self.epoch()
        asker = Asker.of(database)
        refuse_tablespaces(asker, database)
        work = self.places.work(database.environment, database.service, "base")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True, mode=0o700)
        usage = shutil.disk_usage(work)
        refuse_without_room(database, int(asker.one(SIZE)), free=usage.free, total=usage.total)
        began = self.clock()
        try:
            tree = self._copy(database, work, output, cancelled)
            said = read_manifest(tree)
            counted = self._count(asker, repository, epoch, output)
            self._await_wal(repository, epoch, said["end"], cancelled)
            if self.epoch().name != epoch.name:
                raise Problem(
                    "backup-interrupted",
                    f"the WAL stream of {database.service} began anew during the backup; it is"
                    " made again.",
                )
            tags = {
                "kind": BackupKind.BASE.value,
                "subject": database.service,
                "epoch": epoch.name,
                "start": said["start"],
                "end": said["end"],
                "timeline": said["timeline"],
                "began": f"{began:.3f}",
                "ended": f"{self.clock():.3f}",
                "point": counted["point"],
            }
            output("into the repository")
            snapshot = repository.put(tree, tags=tags, output=output, cancelled=cancelled)
            repository.put_object(
                base_name(database.service, snapshot.id), json.dumps(counted).encode()
            )
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return Backup(
            id=snapshot.id,
            environment=database.environment,
            subject=database.service,
            kind=BackupKind.BASE,
            began_at=began,
            ended_at=self.clock(),
            bytes=snapshot.bytes,
            facts=tags,
            counts={table: low for table, (low, _high) in counted["bounds"].items()},
        )

    def _copy(self, database: Database, work: Path, output: Output, cancelled: Cancelled) -> Path:
        tree = work / "base"
        argv = ["pg_basebackup", "--pgdata", str(tree), "--format", "plain"]
        argv += ["--wal-method", "none", "--checkpoint", "fast", "--label", "shipway"]
        argv += ["--no-sync", "--no-password"]
        output("copying the cluster's files")
        try:
            run_tool(
                database, argv, folder=work, name="base", connected=True, limit_s=BASE_S,
                cancelled=lambda: cancelled() or is_short(work),
            )  # fmt: skip
        except Problem as problem:
            told = " ".join(problem.details)
            if not cancelled() and (NO_SPACE in told or is_short(work)):
                raise given_up(database) from problem
            raise
        verify(database, tree, cancelled)
        output("verified")
        return tree

    def _count(
        self, asker: Asker, repository: Repository, epoch: Epoch, output: Output
    ) -> dict[str, Any]:
        changed = counts.changes(asker)
        before = counts.count_rows(asker)
        name = f"counted-{uuid.uuid4().hex[:12]}"
        position = asker.one(f"SELECT pg_create_restore_point('{name}')")
        after = counts.count_rows(asker)
        found = counts.bounds(before, after, changed, counts.changes(asker))
        output(f"{plural(sum(after.values()), 'row')} counted in {plural(len(after), 'table')}")
        point = {"name": name, "at": self.clock(), "epoch": epoch.name, "position": position}
        repository.put_object(f"{point_prefix(epoch.service)}{name}", json.dumps(point).encode())
        return {"point": name, "position": position, "bounds": counts.encode(found)}

    def _await_wal(
        self, repository: Repository, epoch: Epoch, end: str, cancelled: Cancelled
    ) -> None:
        """Wait until the WAL up to the base's end has been shipped."""
        needed = segment_at(parse_position(end) - 1, epoch.segment_bytes)
        until = time.monotonic() + SHIPPED_S
        while True:
            try:
                wal = look(repository, epoch, needed * epoch.segment_bytes)
            except Problem as problem:
                if problem.kind != "wal-missing":
                    raise
            else:
                if needed in wal.whole or wal.unfinished == needed:
                    return
            if cancelled():
                raise Problem("cancelled", "the backup was cancelled.")
            if time.monotonic() > until:
                raise Problem(
                    "wal-lags",
                    f"the WAL of {epoch.service} has not come into {repository.where} within"
                    f" {SHIPPED_S:.0f} s; a backup without it cannot be restored and is not kept.",
                    hints=["shipway backup status"],
                )
            time.sleep(0.3)


def verify(database: Database, tree: Path, cancelled: Cancelled = lambda: False) -> None:
    """Compare the tree with its own manifest.  Raises Problem `backup-damaged`."""
    argv = ["pg_verifybackup", "--no-parse-wal", "--quiet", str(tree)]
    try:
        run_tool(
            database, argv, folder=tree, name="verify", connected=False, limit_s=VERIFY_S,
            cancelled=cancelled,
        )  # fmt: skip
    except Problem as problem:
        if problem.kind != "tool-failed":
            raise
        raise Problem(
            "backup-damaged",
            f"the base backup of {database.service} is not what its own manifest says.",
            details=problem.details,
            hints=["shipway backup create   # a new one"],
        ) from problem


def read_manifest(tree: Path) -> dict[str, str]:
    """Return timeline, start and end of a base backup, as its manifest has them."""
    manifest: Mapping[str, Any] = json.loads((tree / "backup_manifest").read_bytes())
    ranges = manifest["WAL-Ranges"]
    return {
        "timeline": str(ranges[-1]["Timeline"]),
        "start": str(ranges[0]["Start-LSN"]),
        "end": str(ranges[-1]["End-LSN"]),
    }


def base_of(snapshot_id: str, size: int, database: Database, tags: Mapping[str, str]) -> Backup:
    """Return the backup that a snapshot's tags describe."""
    return Backup(
        id=snapshot_id,
        environment=database.environment,
        subject=database.service,
        kind=BackupKind.BASE,
        began_at=float(tags["began"]),
        ended_at=float(tags["ended"]),
        bytes=size,
        facts=dict(tags),
    )


def counted_at(repository: Repository, database: Database, backup: Backup) -> Mapping[str, Any]:
    """Return what was counted at a base: point, position, bounds; empty where nothing was."""
    try:
        told = repository.get_object(base_name(database.service, backup.id))
    except Problem as problem:
        if problem.kind != "no-object":
            raise
        return {}
    return dict(json.loads(told))


def refuse_without_room(database: Database, size: int, *, free: int, total: int) -> None:
    """Raise Problem `disk-full` where a copy of the cluster would fill the disk; in bytes.

    It lies on this machine until the repository has it, often beside the database itself,
    which ends when it cannot write.
    """
    if free - size * ROOM >= reserve_bytes(total):
        return
    raise Problem(
        "disk-full",
        f"a base backup of {database.service} needs about {size * ROOM / 1e9:.1f} GB of this"
        f" machine's disk for a while, and {free / 1e9:.1f} GB are free. None was begun; what is"
        " written goes on being kept, and earlier backups stay.",
        hints=["df -h", "shipway clean"],
    )


def is_short(folder: Path) -> bool:
    """Return whether a disk has only left what the applications are to have."""
    usage = shutil.disk_usage(folder)
    return usage.free < reserve_bytes(usage.total)


def given_up(database: Database) -> Problem:
    """Return the Problem of a copy that would have taken the disk's last room."""
    return Problem(
        "disk-full",
        f"the base backup of {database.service} was given up: this machine's disk is nearly full,"
        " and the database needs what is left. Nothing of it is kept; earlier backups stay, and"
        " it is made again by itself when there is room.",
        hints=["df -h", "shipway clean"],
    )


def refuse_tablespaces(asker: Asker, database: Database) -> None:
    """Raise Problem `tablespaces` where the cluster's files lie elsewhere too."""
    extra = asker.one("SELECT count(*) FROM pg_tablespace WHERE spcname !~ '^pg_'")
    if extra not in {"", "0"}:
        raise Problem(
            "tablespaces",
            f"{database.service} has tablespaces of its own outside of its data directory;"
            " base backups of such a cluster are not made.",
            hints=["shipway backup dump", "move the tables into pg_default"],
        )
