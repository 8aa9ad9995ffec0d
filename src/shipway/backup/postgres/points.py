"""Restore points: the moment before each rollout's migration, by name."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from shipway.backup.postgres.places import point_prefix
from shipway.backup.postgres.running import Asker
from shipway.backup.postgres.streams import Streams
from shipway.errors import Problem
from shipway.model.backup import RestorePoint
from shipway.model.names import EnvironmentId
from shipway.ports_backup import BackupRecords
from shipway.ports_data import Database, Databases

log = logging.getLogger("shipway.backup")

LIMIT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMoments:
    """See `shipway.ports_restore.RestorePoints`.

    failed: why the last one could not be set, by environment; it becomes a condition.
    """

    databases: Databases
    streams: Streams
    records: BackupRecords
    clock: Callable[[], float] = time.time
    failed: dict[EnvironmentId, Problem] = field(default_factory=dict)

    def set(self, environment: EnvironmentId, name: str) -> tuple[RestorePoint, ...]:
        """Name this moment in each database whose WAL is kept."""
        found: list[RestorePoint] = []
        try:
            for database in self.databases.of(environment):
                found += self._set(database, name)
        except Problem as problem:
            log.warning("%s: no restore point %s: %s", environment, name, problem)
            self.failed[environment] = problem
        except Exception as error:  # a rollout must not fail for it
            log.exception("restore point %s", name)
            self.failed[environment] = Problem("internal-error", str(error))
        else:
            self.failed.pop(environment, None)
        return tuple(found)

    def _set(self, database: Database, name: str) -> tuple[RestorePoint, ...]:
        stream = self.streams.known(database.environment, database.service)
        if stream is None or stream.receiver.epoch is None or not stream.has_base:
            return ()
        for point in self.records.points(database.environment):
            if (point.service, point.name) == (database.service, name):
                return (point,)  # the first one counts: a repeated step names no later moment
        if not stream.receiver.alive:
            raise Problem("wal-stopped", f"the WAL of {database.service} does not come")
        position = Asker.of(database).one(
            f"SELECT pg_create_restore_point('{name}')", limit_s=LIMIT_S
        )
        point = RestorePoint(
            environment=database.environment,
            service=database.service,
            name=name,
            at=self.clock(),
            epoch=stream.receiver.epoch.name,
            position=position,
        )
        self.records.add_point(point)
        told = {"name": name, "at": point.at, "epoch": point.epoch, "position": position}
        self.streams.repository(database.environment).put_object(
            f"{point_prefix(database.service)}{name}", json.dumps(told).encode()
        )
        return (point,)
