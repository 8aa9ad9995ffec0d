"""Wires backups: what they ask of the engines, the vault, rollouts and the store."""

from __future__ import annotations

import os
from dataclasses import dataclass

from shipway.backup.desk import BackupDesk
from shipway.backup.ground import Ground, Taking
from shipway.backup.into_place import FilesIntoPlace
from shipway.backup.postgres.databases import PostgresBackups
from shipway.backup.runner import Runner
from shipway.backup.scheduler import Scheduler
from shipway.backup.stores import reachable
from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.backup import Backup
from shipway.model.backup_settings import MirroredBucket
from shipway.model.names import EnvironmentId, Scope
from shipway.ports import Console, Engine
from shipway.ports_backup import BackupRecords, BackupRuns, DataFolders
from shipway.ports_repository import Bucket
from shipway.repositories import EnvironmentRepositories
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
    """Return the desk of backups, and give rollouts what they ask of it; starts nothing."""

    def database(taking: Taking, service: str) -> Backup:
        found = databases.restores.database(taking.environment, service)
        return databases.streams.make_base(
            found, output=taking.output, cancelled=taking.cancelled, since=taking.since
        )

    def restorable(environment: EnvironmentId, service: str) -> float | None:
        stream = databases.streams.known(environment, service)
        return stream.shipper.covered_at if stream else None

    def kit(environment: EnvironmentId) -> BackupKit:
        found = world.kit_of(environment)
        return BackupKit(
            engine=found.engine, console=found.console, folders=folders[found.engine.name]
        )

    def bucket(wanted: MirroredBucket, environment: EnvironmentId) -> Bucket:
        app = live_application(world, environment)
        instances = kit(environment).engine.instances(scope=Scope(environment))
        return repositories.bucket(reachable(wanted, app, instances), environment)

    ground = Ground(
        home=world.home,
        clock=world.clock,
        catalog=world.store.catalog,
        application=lambda environment: live_application(world, environment),
        kit=kit,
        repositories=repositories,
        writers=repositories,
        records=records,
        runs=runs,
        secrets=world.vault,
        bucket=bucket,
        database=database,
        restorable=restorable,
        prune_database=databases.restores.prune,
        database_conditions=databases.conditions.now,
        databases=databases.databases.of,
        rollout_ended=lambda number: _rollout_ended(world, number),
        live_commit=lambda environment: _live_commit(world, environment),
        locked=lambda environment: world.store.rollouts.active(environment) is not None,
    )
    world.data.files = FilesIntoPlace(ground=ground)
    runner = Runner(ground)
    settle_s = float(os.environ.get(SETTLE_VARIABLE) or SETTLE_S)
    return BackupDesk(
        ground=ground,
        runner=runner,
        scheduler=Scheduler(
            ground, runner, lambda environment: _is_busy(world, environment, settle_s)
        ),
    )


def _rollout_ended(world: World, number: int) -> float | None:
    try:
        return world.store.rollouts.get(number).finished_at
    except Problem:  # forgotten
        return None


def _live_commit(world: World, environment: EnvironmentId) -> str | None:
    live = world.store.placements.live(environment)
    if live is None:
        return None
    return world.store.catalog.release(environment.project, live.release).commit.short


def _is_busy(world: World, environment: EnvironmentId, settle_s: float) -> bool:
    """Return whether a rollout runs, or what is live has only just come."""
    if world.store.rollouts.active(environment) is not None:
        return True
    live = world.store.placements.live(environment)
    since = live.live_since if live else None
    return since is None or world.clock.now() - since < settle_s
