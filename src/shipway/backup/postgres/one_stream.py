"""One database's stream: what receives its WAL, what ships it, and what became of its base."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from shipway.backup.postgres.abreast import Abreast
from shipway.backup.postgres.room import refuse_spool, spool_bytes
from shipway.backup.postgres.ship import Shipper
from shipway.backup.postgres.stream import Receiver
from shipway.errors import Problem
from shipway.ports_data import Database
from shipway.ports_repository import OTHER_SERVER, Repository, Writers

log = logging.getLogger("shipway.backup")

CATCH_UP_S = 3.0
PAUSE_S = 0.2
NOTHING = ""
"""The epoch that is received where none is."""


@dataclass(slots=True, kw_only=True)
class Stream:
    """One database's receiver and shipper, and what became of its last base backup.

    held: why no more is received for now: what waits here already is too much.
    gave_way: whether it has ended for another server that writes into the repository.
    """

    receiver: Receiver
    shipper: Shipper
    abreast: Abreast = field(default_factory=Abreast)
    held: Problem | None = None
    gave_way: bool = False
    base_problem: Problem | None = None
    base_tried_at: float = -1e9
    has_base: str = ""
    working: threading.Lock = field(default_factory=threading.Lock)
    base_lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def problem(self) -> Problem | None:
        """Return why WAL does not come into the repository; None where it does."""
        return self.held or self.receiver.problem or self.shipper.problem

    def rests(self) -> bool:
        """Return whether there is nothing to begin, to mend or to ship."""
        epoch = self.receiver.epoch
        return (
            epoch is not None
            and self.problem is None
            and self.has_base == epoch.name
            and self.receiver.steady
            and not self.abreast.is_due
            and self.abreast.arrived_at == self.shipper.covered_at
            and self.shipper.rests(epoch.name)
        )

    def hold(self, database: Database) -> bool:
        """Return whether no more may come for now; the receiver has ended then.

        It would fill the disk that the database writes to.  Where that is nearly full already,
        the server keeps nothing for it either.
        """
        folder = self.shipper.folder
        if not folder.exists():
            return False
        usage = shutil.disk_usage(folder)
        try:
            refuse_spool(
                database.service,
                spool=spool_bytes(folder),
                free=usage.free,
                total=usage.total,
                stuck=self.problem is not None,
                held=self.held is not None,
            )
        except Problem as problem:
            if self.held is None:
                self.receiver.stop(database)
                if problem.kind == "disk-full":
                    with suppress(Problem):
                        self.receiver.let_go(database)
            self.held = problem
            return True
        self.held = None
        return False

    def ship(self, database: Database, repository: Repository, *, now: bool = False) -> None:
        """Ship what is here; now: when what is at the server has come, which is waited for."""
        name = self.receiver.epoch.name if self.receiver.epoch else None
        if name is not None and not self.shipper.rests(name):
            self.abreast.changed = True
        if name is not None and self.receiver.alive:
            if now:
                self._catch_up(database, name)
            elif self.abreast.is_due:  # a slow answer keeps nothing from being shipped
                threading.Thread(
                    target=self._ask, args=(database, name), name="wal-asks", daemon=True
                ).start()
        # who asks for now may be about to end the stretch: its last moments are told, too
        self.shipper.tick(repository, name, arrived_at=self.abreast.arrived_for(name), tell=now)

    def _ask(self, database: Database, epoch: str) -> None:
        """Ask; one that is down says so itself, and what was known stays."""
        with suppress(Problem):
            self.abreast.ask(database, epoch)

    def _catch_up(self, database: Database, epoch: str) -> None:
        until = time.monotonic() + CATCH_UP_S
        self._ask(database, epoch)
        while self.abreast.is_behind and time.monotonic() < until:
            time.sleep(PAUSE_S)
            self._ask(database, epoch)

    def gives_way(self, database: Database, writers: Writers) -> bool:
        """Return whether another server writes into the repository; nothing is received then.

        What was received stays here, and the server keeps no WAL for it; one that is down is
        told so at the next look.
        """
        try:
            writers.ensure_writer(database.environment)
        except Problem as problem:
            if problem.kind != OTHER_SERVER:
                return False  # what comes waits here for the repository
            if self.receiver.problem is None or self.receiver.problem.kind != OTHER_SERVER:
                log.warning("%s %s: %s", database.environment, database.service, problem)
            self.receiver.problem = problem
            if not self.gave_way:
                self.receiver.stop(database)
                with suppress(Problem):
                    self.receiver.let_go(database)
                    self.gave_way = True
            return True
        return False

    def begin_anew(self, database: Database) -> None:
        """Ensure that what comes next is a stretch of its own, with a base of its own."""
        self.receiver.stop(database)
        self.receiver.begin_anew(database)
        self.gave_way, self.has_base = False, ""

    def end(self, database: Database, repository: Repository) -> None:
        """Ensure that the stream has ended: all is shipped, and the server keeps no WAL for it.

        Raises Problem of the repository or of the database; the next one goes on.
        """
        self.receiver.stop(database)
        self.shipper.tick(repository, NOTHING)
        if self.shipper.problem is not None:
            raise self.shipper.problem
        self.receiver.forget(database)
        self.has_base = ""
