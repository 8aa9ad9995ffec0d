"""Restores: a database brought to a moment beside the running one, for a rollout to swap in."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from shipway.backup.postgres.catalogue import Catalogue, not_covered
from shipway.backup.postgres.choose import Choice
from shipway.backup.postgres.copying import Copy
from shipway.backup.postgres.counts import count_rows
from shipway.backup.postgres.moments import clock_time
from shipway.backup.postgres.places import BackupPlaces
from shipway.backup.postgres.pruning import prune
from shipway.backup.postgres.recovery import LAST_COMMIT
from shipway.backup.postgres.running import Asker
from shipway.backup.postgres.streams import Streams
from shipway.errors import Problem
from shipway.model.backup import BackupKind, RestoreTarget
from shipway.model.names import EnvironmentId
from shipway.model.said import Said
from shipway.model.words import plural
from shipway.ports import Cancelled, Output
from shipway.ports_backup import BackupRecords
from shipway.ports_data import Database, Databases
from shipway.ports_restore import RestorePlan, RestoreWanted

log = logging.getLogger("shipway.backup")

BESIDE = "beside"


def copy_name(service: str) -> str:
    """Return the service name of a copy that is being restored."""
    return f"{service}.restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseRestores:
    """See `shipway.ports_restore.Restores`.

    needed: the names of the restore points to which the releases that are kept go back.
    """

    databases: Databases
    streams: Streams
    records: BackupRecords
    places: BackupPlaces
    needed: Callable[[EnvironmentId], Collection[str]] = lambda _environment: frozenset()
    clock: Callable[[], float] = time.time

    def plan(self, environment: EnvironmentId, service: str, target: RestoreTarget) -> RestorePlan:
        """Return what a restore would do.  Raises Problem where it cannot."""
        database = self.database(environment, service)
        catalogue = self._catalogue(database)
        now = self.clock()
        choice = catalogue.choose(target, now)
        reached = choice.point.at if choice.point else self._reached(catalogue, choice, target)
        took = [drill.rto_s for drill in self.records.drills(environment) if drill.rto_s]
        gone = f"{service} is gone for a few seconds while the restored one is swapped in;"
        notes = [f"{gone} its present data stays as generation {database.generation}"]
        if not any(drill.passed for drill in self.records.drills(environment)):
            notes.append("no restore of this environment was rehearsed: shipway backup drill")
        return RestorePlan(
            environment=environment,
            service=service,
            target=target,
            backup=choice.backup,
            reached_at=reached,
            lost_s=max(0.0, now - reached),
            bytes=choice.backup.bytes,
            last_took_s=took[0] if took else None,
            notes=tuple(notes),
        )

    def _reached(self, catalogue: Catalogue, choice: Choice, target: RestoreTarget) -> float:
        """Return the moment that a time, or the last transaction, stands for.  Raises Problem."""
        reach = catalogue.reach(choice)
        database = catalogue.database
        stream = self.streams.known(database.environment, database.service)
        if stream is not None and stream.receiver.epoch == choice.epoch:
            reach = max(reach, stream.shipper.covered_at or 0.0)
        return target.at or reach

    def prepare(
        self, wanted: RestoreWanted, *, output: Output, cancelled: Cancelled
    ) -> Mapping[str, Any]:
        """Ensure that the new generation holds the target's data, recovered and checked."""
        began = time.monotonic()
        database = self.database(wanted.environment, wanted.service)
        with suppress(Problem):  # what has come is enough: the server may be gone
            self.streams.ship_now(database)
        catalogue = self._catalogue(database)
        choice = catalogue.choose(wanted.target, self.clock())
        copy = self._copy(wanted, database, output, cancelled)
        asker = self._recover(copy, catalogue, choice, wanted.target, database)
        reached = asker.one(LAST_COMMIT)
        rows = count_rows(asker)
        count = sum(rows.values())
        output(
            Said(
                f"recovered: {plural(count, 'row')} in {plural(len(rows), 'table')}",
                f"복구 완료: 테이블 {len(rows)}개, {count}행",
            )
        )
        copy.forget_recovery(asker)
        if wanted.keep:
            output(Said(f"{copy.service} runs beside {wanted.service}, to look at"))
        else:
            copy.stop()
            copy.leave()
        return {
            "service": wanted.service,
            "generation": wanted.generation,
            "backup": choice.backup.id,
            "reached_at": float(reached) if reached else None,
            "rows": sum(rows.values()),
            "took_s": round(time.monotonic() - began, 3),
        }

    def discard(self, wanted: RestoreWanted) -> None:
        """Ensure that nothing is left of what was prepared."""
        database = self.database(wanted.environment, wanted.service)
        self._copy(wanted, database, lambda _line: None, lambda: False).discard()

    def prune(self, environment: EnvironmentId, service: str) -> None:
        """Ensure that what has had its time is gone, in the repository and here."""
        settings = self.databases.settings(environment)
        if settings is None:
            return
        catalogue = self._catalogue(self.database(environment, service))
        gone = prune(catalogue, settings, self.clock(), self.needed(environment))
        known = self.records.backups(environment, kind=BackupKind.BASE, subject=service)
        # a repository lists its snapshots by the beginnings of their ids
        old = [item.id for item in known if any(item.id.startswith(short) for short in gone.bases)]
        self.records.forget(environment, old)
        if gone.points:
            self.records.forget_points(environment, service, gone.points)

    def database(self, environment: EnvironmentId, service: str) -> Database:
        """Return a database by its service's name.  Raises Problem `no-database`."""
        found = self.databases.of(environment)
        for item in found:
            if item.service == service:
                return item
        names = ", ".join(item.service for item in found) or "none"
        raise Problem(
            "no-database",
            f"{environment} has no PostgreSQL service {service} (it has: {names}).",
            hints=[f"shipway deploy {environment.name}   # a new machine needs the release first"],
        )

    def _recover(
        self,
        copy: Copy,
        catalogue: Catalogue,
        choice: Choice,
        target: RestoreTarget,
        database: Database,
    ) -> Asker:
        for whole in (False, True):
            cut = copy.build(catalogue.repository, choice, target, whole=whole)
            try:
                return copy.await_promoted()
            except Problem as problem:
                if problem.kind != "target-not-reached" or target.at is None:
                    raise
            if not cut:
                break
            copy.output(
                Said("its WAL has other times than this machine: once more, with all of it")
            )
        assert target.at is not None  # noqa: S101 - else it was reached, or raised above
        # nothing was committed between the WAL's end and the moment, if the WAL covers it
        stream = self.streams.known(database.environment, database.service)
        here = None
        if stream is not None and stream.receiver.epoch == choice.epoch:
            here = stream.shipper.covered_at
        if not catalogue.is_covered(choice, target.at, here):
            reach = max(catalogue.reach(choice), here or 0.0)
            raise not_covered(choice, clock_time(target.at), clock_time(reach))
        copy.build(catalogue.repository, choice, replace(target, at=None))
        return copy.await_promoted()

    def _copy(
        self, wanted: RestoreWanted, database: Database, output: Output, cancelled: Cancelled
    ) -> Copy:
        return Copy(
            database=database,
            places=self.places,
            service=copy_name(wanted.service),
            generation=wanted.generation,
            output=output,
            cancelled=cancelled,
        )

    def _catalogue(self, database: Database) -> Catalogue:
        repository = self.streams.repository(database.environment)
        return Catalogue(repository=repository, database=database)
