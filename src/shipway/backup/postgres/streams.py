"""All streams of this machine: each database's receiver, its shipper, and its first base.

A database is looked at every second; where something has come, it is shipped in a thread of
its own, so that a slow repository keeps no other waiting.  Nothing begins before an environment
has settled: a rollout, or a demonstration, does not compete with a base backup.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence

from shipway.backup.alone import Alone
from shipway.backup.postgres.base import BaseMaker
from shipway.backup.postgres.epoch import Epoch
from shipway.backup.postgres.one_stream import Stream
from shipway.backup.postgres.places import BackupPlaces
from shipway.backup.postgres.ship import Shipper
from shipway.backup.postgres.stream import Receiver
from shipway.backup.schedule import AHEAD_S
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind
from shipway.model.names import EnvironmentId
from shipway.ports import Cancelled, Output
from shipway.ports_backup import BackupRecords
from shipway.ports_data import Database, Databases
from shipway.ports_repository import OTHER_SERVER, Repositories, Repository, Writers

log = logging.getLogger("shipway.backup")

SETTLE_S = 60.0
SETTLE_VARIABLE = "SHIPWAY_BACKUP_SETTLE_S"
BASE_AGAIN_S = 300.0
LIST_EVERY_S = 3.0
STREAM_S = 30.0
BASE_WAIT_S = 4 * 3600.0
Key = tuple[EnvironmentId, str]


class Streams:
    """Every database's stream."""

    def __init__(
        self,
        places: BackupPlaces,
        databases: Databases,
        repositories: Repositories,
        records: BackupRecords,
        writers: Writers | None = None,
    ) -> None:
        self._places = places
        self._databases = databases
        self._repositories = repositories
        self._records = records
        self._writers = writers or Alone()
        self._streams: dict[Key, Stream] = {}
        self._guard = threading.Lock()
        self._listed: tuple[Database, ...] = ()
        self._listed_at = -1e9
        self._settle_s = float(os.environ.get(SETTLE_VARIABLE) or SETTLE_S)

    def look(self) -> None:
        """Look at every database that is to be backed up by itself."""
        now = time.monotonic()
        if now - self._listed_at >= LIST_EVERY_S:
            found = tuple(self._all())
            self._listed = tuple(database for database, wanted in found if wanted)
            self._listed_at = now
            self._end_unwanted([database for database, wanted in found if not wanted])
        for database in self._listed:
            stream = self.of(database)
            begun = stream.receiver.has_begun(database)
            if not begun and not self._settled(database.environment):
                continue
            if not stream.working.acquire(blocking=False):
                continue
            if stream.rests():
                stream.working.release()
                continue
            threading.Thread(
                target=self._tend, args=(database, stream), name="wal", daemon=True
            ).start()

    def _all(self) -> Iterator[tuple[Database, bool]]:
        """Yield every database, and whether its WAL is to be kept now.

        By itself, or for the base backup that somebody has asked for.
        """
        for environment in self._databases.environments():
            settings = self._databases.settings(environment)
            if settings is None:
                continue
            for database in self._databases.of(environment):
                stream = self.known(environment, database.service)
                by_itself = settings.scheduled and database.service not in settings.exclude
                yield database, by_itself or (stream is not None and stream.base_lock.locked())

    def _end_unwanted(self, unwanted: Sequence[Database]) -> None:
        """End the streams that nobody wants any more: what comes would stay here and fill a disk."""
        for database in unwanted:
            if not self._places.has_stream(database.environment, database.service):
                continue
            stream = self.of(database)
            if stream.working.acquire(blocking=False):
                threading.Thread(
                    target=self._end, args=(database, stream), name="wal", daemon=True
                ).start()

    def _end(self, database: Database, stream: Stream) -> None:
        try:
            stream.end(database, self.repository(database.environment))
            log.info("%s %s: its WAL is not kept any more", database.environment, database.service)
        except Problem as problem:  # the next look tries again
            log.warning("%s %s: %s", database.environment, database.service, problem)
        except Exception:  # the edge of a thread
            log.exception("unexpected")
        finally:
            stream.working.release()

    def of(self, database: Database) -> Stream:
        """Return a database's stream."""
        key = (database.environment, database.service)
        with self._guard:
            if key not in self._streams:
                self._streams[key] = Stream(
                    receiver=Receiver(places=self._places),
                    shipper=Shipper(folder=self._places.wal(*key), service=database.service),
                )
            return self._streams[key]

    def known(self, environment: EnvironmentId, service: str) -> Stream | None:
        """Return a database's stream where it was looked at already."""
        return self._streams.get((environment, service))

    def accept(self, database: Database, *, anew: bool = False) -> None:
        """Let the cluster that runs now be the one whose backups are kept from here on.

        anew: another server's base may be the newest, so that a new stretch has to begin.
        """
        stream = self.of(database)
        stream.receiver.accept_other = True
        if anew or stream.gave_way:
            with stream.working:
                stream.begin_anew(database)
        stream.receiver.problem = None

    def make_base(
        self,
        database: Database,
        *,
        output: Output,
        cancelled: Cancelled = lambda: False,
        since: float | None = None,
    ) -> Backup:
        """Make a base backup, now.  Raises Problem.

        since: one of what is received now will do that has been made since then, in seconds
        since the epoch.
        """
        stream, repository = self.of(database), self.repository(database.environment)
        self._writers.ensure_writer(database.environment)
        asked_at = time.time() if since is None else since
        if not stream.base_lock.acquire(timeout=BASE_WAIT_S):
            raise Problem(
                "backup-running",
                f"{database.environment}: a base backup of {database.service} is being made.",
                hints=["shipway backup status"],
            )
        try:
            if (made := self._made_since(database, stream, asked_at)) is not None:
                return made  # by whoever was before us
            stream.base_tried_at = time.monotonic()
            self._listed_at = -1e9  # where nothing is kept by itself, it is for this
            self._await_stream(database, stream, repository)
            maker = BaseMaker(places=self._places, epoch=lambda: _epoch(database, stream))
            backup = maker.make(database, repository, output=output, cancelled=cancelled)
            self._records.add(backup)
            stream.base_problem, stream.has_base = None, backup.facts["epoch"]
        except Problem as problem:
            stream.base_problem = problem
            raise
        finally:
            stream.base_lock.release()
        return backup

    def _made_since(self, database: Database, stream: Stream, moment: float) -> Backup | None:
        """Return a base of what is received now that has been made since; a wrong clock's never."""
        if (epoch := stream.receiver.epoch) is None:
            return None
        bases = self._records.backups(
            database.environment, kind=BackupKind.BASE, subject=database.service
        )
        until = time.time() + AHEAD_S
        found = (item for item in bases if moment < item.ended_at <= until)
        return next((item for item in found if item.facts.get("epoch") == epoch.name), None)

    def repository(self, environment: EnvironmentId) -> Repository:
        """Return the environment's repository.  Raises Problem `backup-off`."""
        repository = self._repositories.of(environment)
        if repository is None:
            raise Problem(
                "backup-off",
                f"{environment} has no repository for backups.",
                hints=["set `backup:` in shipway.yaml"],
            )
        return repository

    def stop(self, database: Database) -> None:
        """Ensure that the database's receiver has ended: its server is about to be replaced."""
        self.of(database).receiver.stop(database)

    def ship_now(self, database: Database) -> None:
        """Ship what has been received, so that a restore finds the last transaction."""
        stream = self.of(database)
        with stream.working:
            stream.receiver.take_over(database)
            stream.ship(database, self.repository(database.environment), now=True)

    # Inside

    def _settled(self, environment: EnvironmentId) -> bool:
        return self._databases.settled_for_s(environment) >= self._settle_s

    def _tend(self, database: Database, stream: Stream) -> None:
        try:
            before, held = stream.problem, stream.hold(database)
            repository = self._repositories.of(database.environment)
            if repository is None:
                return
            if stream.gives_way(database, self._writers):
                return
            if not held:
                stream.receiver.ensure(database, repository)
            stream.ship(database, repository)
            if stream.problem is not None and str(stream.problem) != str(before):
                log.warning("%s %s: %s", database.environment, database.service, stream.problem)
            self._first_base(database, stream)
        except Problem as problem:
            if stream.receiver.problem is None:
                log.warning("%s %s: %s", database.environment, database.service, problem)
            stream.receiver.problem = problem
        except Exception:  # the edge of a thread
            log.exception("unexpected")
        finally:
            stream.working.release()

    def _first_base(self, database: Database, stream: Stream) -> None:
        """Begin a base backup where the present epoch has none."""
        epoch = stream.receiver.epoch
        if epoch is None or stream.has_base == epoch.name or not stream.receiver.alive:
            return
        bases = self._records.backups(
            database.environment, kind=BackupKind.BASE, subject=database.service
        )
        if any(base.facts.get("epoch") == epoch.name for base in bases):
            stream.has_base = epoch.name
            return
        now = time.monotonic()
        waits = now - stream.base_tried_at < BASE_AGAIN_S and stream.base_problem is not None
        if waits or stream.base_lock.locked() or not self._settled(database.environment):
            return
        stream.base_tried_at = now
        threading.Thread(
            target=self._make_first, args=(database,), name="base", daemon=True
        ).start()

    def _make_first(self, database: Database) -> None:
        try:
            self.make_base(database, output=lambda _line: None)
        except Problem as problem:
            log.warning("%s: %s", database.environment, problem)
        except Exception:  # the edge of a thread
            log.exception("unexpected")

    def _await_stream(self, database: Database, stream: Stream, repository: Repository) -> None:
        """Wait until the WAL comes: begun here where nobody has begun it yet."""
        until = time.monotonic() + STREAM_S
        while not (stream.receiver.alive and stream.receiver.epoch is not None):
            if stream.held is not None:
                raise stream.held
            with stream.working:
                stream.receiver.ensure(database, repository)
            if time.monotonic() > until:
                raise stream.receiver.problem or Problem(
                    "wal-stopped",
                    f"{database.environment}: the WAL of {database.service} does not come.",
                    hints=[f"shipway logs {database.service} {database.environment.name}"],
                )
            if stream.receiver.problem is not None and stream.receiver.problem.kind in FINAL:
                raise stream.receiver.problem
            time.sleep(0.2)


FINAL = {OTHER_SERVER, "backup-other-database", "repository-refused", "vault-locked"}


def _epoch(database: Database, stream: Stream) -> Epoch:
    if stream.receiver.epoch is None:
        raise Problem("wal-stopped", f"the WAL of {database.service} does not come.")
    return stream.receiver.epoch
