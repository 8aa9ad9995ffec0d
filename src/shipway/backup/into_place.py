"""Putting backups into place, as a rollout's steps do it: fetched beside, then exchanged.

Invariant: the live directory is at every moment either what it was or the whole backup.
The one is told from the other by the fetched directory's inode, which the journal keeps; so
every act can be repeated after a crash.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shipway.backup.archive import keep_record
from shipway.backup.buckets import BEFORE, drop_bucket_backups, take_bucket, write_back
from shipway.backup.exchange import exchange
from shipway.backup.files import fetch_content, find_backup
from shipway.backup.ground import Ground, Taking
from shipway.backup.recover import end_recovery, newest_of_all
from shipway.backup.redis import FILE, files_of, lay_out
from shipway.backup.targets import place_of, source_of, users_of
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind
from shipway.model.backup_run import RunState
from shipway.model.names import EnvironmentId
from shipway.model.said import Said
from shipway.ports import Cancelled, Output
from shipway.ports_repository import Bucket, Repository
from shipway.ports_restore import FetchedFiles, FilesWanted
from shipway.rights import may_give_away

ROOM = 1.1
EARLIER = ".before-"
MOMENT = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesIntoPlace:
    """See `shipway.ports_restore.FileRestores`."""

    ground: Ground

    def chosen(self, environment: EnvironmentId, of: Sequence[str]) -> tuple[Backup, ...]:
        """Return the backups that are meant.  Raises Problem."""
        if not of:
            return newest_of_all(self.ground, environment)
        found = tuple(find_backup(self.ground, environment, name) for name in of)
        for backup in found:
            place_of(self.ground, backup)  # or says why not, before anything begins
        return found

    def fetch(self, wanted: FilesWanted, *, output: Output, cancelled: Cancelled) -> FetchedFiles:
        """Ensure that the content lies beside what is live.  Raises Problem."""
        backup = find_backup(self.ground, wanted.environment, wanted.backup)
        repository = self.ground.repository(wanted.environment)
        if backup.kind is BackupKind.BUCKET:
            return self._keep_bucket(backup, repository, output, cancelled)
        place = Path(place_of(self.ground, backup))
        fresh = _fresh(place, wanted)
        shutil.rmtree(fresh, ignore_errors=True)
        _check_room(place, backup)
        output(Said(f"fetching {backup.subject} beside {place}"))
        if backup.kind is BackupKind.REDIS:
            repository.restore(backup.id, fresh, cancelled=cancelled)
            service = self.ground.live(wanted.environment).service(backup.subject)
            lay_out(fresh / FILE, files_of(self.ground, wanted.environment, service))
            _give_as(place, fresh)
        else:
            fetch_content(self.ground, repository, backup, fresh, cancelled)
        moment = time.strftime(MOMENT, time.localtime(wanted.at))
        return FetchedFiles(
            backup=backup.id,
            subject=backup.subject,
            kind=backup.kind.value,
            at=backup.ended_at,
            bytes=backup.bytes,
            place=str(place),
            fresh=str(fresh),
            kept=str(place.with_name(f"{place.name}{EARLIER}{moment}")),
            inode=fresh.stat().st_ino,
            stops=users_of(self.ground, backup),
        )

    def discard(self, wanted: FilesWanted) -> None:
        """Ensure that nothing is left of what was fetched."""
        with suppress(Problem):  # where there is no place, nothing was made
            backup = find_backup(self.ground, wanted.environment, wanted.backup)
            if backup.kind is not BackupKind.BUCKET:
                place = Path(place_of(self.ground, backup))
                shutil.rmtree(_fresh(place, wanted), ignore_errors=True)

    def put_in(self, environment: EnvironmentId, fetched: FetchedFiles) -> None:
        """Ensure that what was fetched is in place, and what was there beside it."""
        if fetched.kind == BackupKind.BUCKET:
            self._write(environment, fetched.backup)
            return
        place, fresh = Path(fetched.place), Path(fetched.fresh)
        if place.stat().st_ino != fetched.inode:
            exchange(fresh, place)
        if fresh.exists():
            fresh.rename(fetched.kept)

    def put_back(self, environment: EnvironmentId, fetched: FetchedFiles) -> None:
        """Ensure that what was there before is in place again."""
        if fetched.kind == BackupKind.BUCKET:
            if fetched.kept:
                self._write(environment, fetched.kept)
            return
        place, fresh, kept = Path(fetched.place), Path(fetched.fresh), Path(fetched.kept)
        if place.stat().st_ino == fetched.inode:
            exchange(kept if kept.exists() else fresh, place)
        if kept.exists():
            kept.rename(fresh)

    def take_turn(self, environment: EnvironmentId) -> bool:
        """Return whether no backup is being made, and none begins until `give_turn`."""
        return self.ground.turns.take(environment, lambda: self._is_saving(environment))

    def give_turn(self, environment: EnvironmentId) -> None:
        """Ensure that backups may begin."""
        self.ground.turns.give(environment)

    def _is_saving(self, environment: EnvironmentId) -> bool:
        latest = self.ground.runs.recent(environment, limit=1)
        return bool(latest) and latest[0].state is RunState.RUNNING

    def recovered(self, environment: EnvironmentId) -> None:
        """Ensure that the environment may be saved again."""
        end_recovery(self.ground, environment)

    def _keep_bucket(
        self, backup: Backup, repository: Repository, output: Output, cancelled: Cancelled
    ) -> FetchedFiles:
        """Save what a bucket holds now: it is written over, object by object."""
        ground, source = self.ground, source_of(self.ground, backup)
        taking = Taking(
            ground=ground,
            environment=backup.environment,
            app=ground.live(backup.environment),
            repository=repository,
            output=output,
            cancelled=cancelled,
        )
        before = take_bucket(taking, source, name=f"{source.subject}{BEFORE}")
        held = bool(before.counts["files"])
        if held:
            keep_record(repository, before)
            ground.records.add(before)
        else:
            drop_bucket_backups(repository, [before])
        return FetchedFiles(
            backup=backup.id,
            subject=source.subject,
            kind=backup.kind.value,
            at=backup.ended_at,
            bytes=backup.bytes,
            place=place_of(ground, backup),
            kept=before.id if held else "",
        )

    def _write(self, environment: EnvironmentId, identifier: str) -> None:
        backup = find_backup(self.ground, environment, identifier)
        write_back(self._bucket(backup), self.ground.repository(environment), backup)

    def _bucket(self, backup: Backup) -> Bucket:
        source = source_of(self.ground, backup)
        assert source.bucket is not None  # noqa: S101 - of a backup of this kind
        return self.ground.bucket(source.bucket, backup.environment)


def _fresh(place: Path, wanted: FilesWanted) -> Path:
    return place.with_name(f"{place.name}.restoring-{wanted.mark}")


def _give_as(place: Path, fresh: Path) -> None:
    """Give what was made the owner and mode of what it replaces."""
    facts = place.stat()
    fresh.chmod(facts.st_mode & 0o7777)
    if may_give_away():
        for path in (fresh, *fresh.rglob("*")):
            os.chown(path, facts.st_uid, facts.st_gid)


def _check_room(place: Path, backup: Backup) -> None:
    free = shutil.disk_usage(place.parent).free
    if free < backup.bytes * ROOM:
        raise Problem(
            "disk-full",
            f"{place.parent} has {free / 1e6:.0f} MB free; the backup of {backup.subject} needs"
            f" {backup.bytes / 1e6:.0f} MB beside what is there. Nothing was changed.",
            hints=[
                f"shipway backup restore --of {backup.id} --to DIR   # on another disk",
                "shipway backup generations   # earlier data that may go",
            ],
        )
