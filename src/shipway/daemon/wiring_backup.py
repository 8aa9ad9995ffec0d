"""Wires backups: what they ask of the engines, the vault, rollouts and the store."""

from __future__ import annotations

import os
from dataclasses import dataclass

from shipway.backup.desk import BackupDesk
from shipway.backup.ground import Ground
from shipway.backup.postgres.databases import PostgresBackups
from shipway.backup.runner import Runner
from shipway.backup.scheduler import Scheduler
from shipway.model.application import Application
from shipway.model.backup import Backup
from shipway.model.names import EnvironmentId
from shipway.ports import Cancelled, Console, Engine, Output
from shipway.ports_backup import BackupRecords, BackupRuns, DataFolders
from shipway.repositories import EnvironmentRepositories
from shipway.rollout.pausing import paused
from shipway.rollout.world import World

SETTLE_VARIABLE = "SHIPWAY_BACKUP_SETTLE_S"
SETTLE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupKit:
    """An engine as backups use it."""

    engine: Engine
    console: Console
    folders: DataFolders


def live_application(world: World, environment: EnvironmentId) -> Application | None:
    """Return what is live in an environment; None where nothing is."""
    live = world.store.placements.live(environment)
    return None if live is None else world.applications.get(live.fingerprint)


def make_desk(
    world: World,
    repositories: EnvironmentRepositories,
    databases: PostgresBackups,
    *,
    folders: dict[str, DataFolders],
    records: BackupRecords,
    runs: BackupRuns,
) -> BackupDesk:
    """Return the desk of backups; starts nothing."""

    def database(
        environment: EnvironmentId, service: str, output: Output, cancelled: Cancelled
    ) -> Backup:
        found = databases.restores.database(environment, service)
        return databases.streams.make_base(found, output=output, cancelled=cancelled)

    def restorable(environment: EnvironmentId, service: str) -> float | None:
        stream = databases.streams.known(environment, service)
        return stream.shipper.covered_at if stream else None

    def kit(environment: EnvironmentId) -> BackupKit:
        found = world.kit_of(environment)
        return BackupKit(
            engine=found.engine, console=found.console, folders=folders[found.engine.name]
        )

    ground = Ground(
        home=world.home,
        clock=world.clock,
        catalog=world.store.catalog,
        application=lambda environment: live_application(world, environment),
        kit=kit,
        repositories=repositories,
        records=records,
        runs=runs,
        secrets=world.vault,
        bucket=repositories.bucket,
        paused=lambda environment, services: paused(world, environment, services),
        database=database,
        restorable=restorable,
        database_conditions=databases.conditions.now,
    )
    runner = Runner(ground)
    settle_s = float(os.environ.get(SETTLE_VARIABLE) or SETTLE_S)
    return BackupDesk(
        ground=ground,
        runner=runner,
        scheduler=Scheduler(
            ground, runner, lambda environment: _is_busy(world, environment, settle_s)
        ),
    )


def _is_busy(world: World, environment: EnvironmentId, settle_s: float) -> bool:
    """Return whether a rollout runs, or what is live has only just come."""
    if world.store.rollouts.active(environment) is not None:
        return True
    live = world.store.placements.live(environment)
    since = live.live_since if live else None
    return since is None or world.clock.now() - since < settle_s
