"""Restores: a database brought to a moment beside the running one, for a rollout to swap in."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from shipway.backup.postgres.catalogue import Catalogue, not_covered
from shipway.backup.postgres.choose import Choice
from shipway.backup.postgres.copying import Copy
from shipway.backup.postgres.counts import count_rows
from shipway.backup.postgres.moments import clock_time
from shipway.backup.postgres.places import BackupPlaces
from shipway.backup.postgres.recovery import LAST_COMMIT
from shipway.backup.postgres.running import Asker
from shipway.backup.postgres.streams import Streams
from shipway.errors import Problem
from shipway.model.backup import RestoreTarget
from shipway.model.names import EnvironmentId
from shipway.ports import Cancelled, Output
from shipway.ports_backup import BackupRecords, RestorePlan, RestoreWanted
from shipway.ports_data import Database, Databases

log = logging.getLogger("shipway.backup")

BESIDE = "beside"


def copy_name(service: str) -> str:
    """Return the service name of a copy that is being restored."""
    return f"{service}.restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseRestores:
    """See `shipway.ports_backup.Restores`."""

    databases: Databases
    streams: Streams
    records: BackupRecords
    places: BackupPlaces
    clock: Callable[[], float] = time.time

    def plan(self, environment: EnvironmentId, service: str, target: RestoreTarget) -> RestorePlan:
        """Return what a restore would do.  Raises Problem where it cannot."""
        database = self.database(environment, service)
        catalogue = self._catalogue(database)
        now = self.clock()
        choice = catalogue.choose(target, now)
        reach = catalogue.reach(choice)
        stream = self.streams.known(environment, service)
        if stream is not None and stream.receiver.epoch == choice.epoch:
            reach = max(reach, stream.shipper.covered_at or 0.0)
        reached = choice.point.at if choice.point else target.at or reach
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
        output(f"recovered: {sum(rows.values())} rows in {len(rows)} tables")
        copy.forget_recovery(asker)
        if wanted.keep:
            output(f"{copy.service} runs beside {wanted.service}, to look at")
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
        try:
            copy.build(catalogue.repository, choice, target)
            return copy.await_promoted()
        except Problem as problem:
            if problem.kind != "target-not-reached" or target.at is None:
                raise
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
