"""Names the adapters: the only place that knows which ones there are."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from shipway.api.access.accounts import Accounts
from shipway.api.access.throttle import Throttle
from shipway.backup.conditions.overall import backup_conditions
from shipway.backup.desk import BackupDesk
from shipway.backup.postgres.databases import PostgresBackups, postgres_backups
from shipway.backup.readings import BackupReadings
from shipway.certificates.certbot import Certbot
from shipway.certificates.names import SystemNames
from shipway.certificates.shelf import CertificateShelf
from shipway.checks.live.monitors import Monitors
from shipway.checks.live.use import Checking
from shipway.daemon.clock import SystemClock
from shipway.daemon.monitoring import monitor_conditions
from shipway.daemon.scenes import scene_of
from shipway.daemon.timings import IngressTimings
from shipway.daemon.wakers import SocketWakers
from shipway.daemon.wiring_backup import make_desk
from shipway.engines.docker import DockerEngine
from shipway.engines.docker.usage import DockerGauge
from shipway.engines.process import ProcessEngine
from shipway.engines.process.usage import ProcessGauge
from shipway.errors import Problem
from shipway.forges import ForgeChecks
from shipway.ingress.haproxy import HAProxyIngress
from shipway.notify import AppriseNotifier, SentryReporter
from shipway.observe.world import EVERY_S, Observatory
from shipway.places import Places
from shipway.ports_backup import DataFolders
from shipway.repositories import EnvironmentRepositories
from shipway.rollout.applications import Applications
from shipway.rollout.certificate_kit import CertificateKit
from shipway.rollout.data_choice import points_needed
from shipway.rollout.databases import LiveDatabases
from shipway.rollout.issuing import certificate_problems, certificate_readings
from shipway.rollout.on_copy import ApplicationOnCopy
from shipway.rollout.sleep import wake
from shipway.rollout.trust import trust_in
from shipway.rollout.world import EngineKit, World
from shipway.store.history import History
from shipway.store.logbook import Logbook
from shipway.store.store import SqliteStore
from shipway.tools import find_tool
from shipway.vault import AgeVault

DEFAULT_ENGINE = "process"
LOG_TAIL = 5_000
EVERY_VARIABLE = "SHIPWAY_OBSERVE_EVERY_S"


def build_world(places: Places) -> World:
    """Return the world of this machine.  Opens and migrates the state; starts nothing."""
    clock = SystemClock()
    process = ProcessEngine(places.home / "process")
    docker = DockerEngine(listens=True)
    wakers = SocketWakers()
    store = SqliteStore(places.database, clock)
    world = World(
        kits={
            "process": EngineKit(engine=process, builder=process, console=process, tools=process),
            "docker": EngineKit(
                engine=docker,
                builder=docker,
                console=docker,
                cache=docker,
                tools=docker,
                registry=docker.registry,
            ),
        },
        default_engine=DEFAULT_ENGINE,
        ingress=HAProxyIngress(
            places.home / "ingress",
            _haproxy(),
            clock,
            supervised=bool(os.environ.get("SHIPWAY_SUPERVISOR")),
        ),
        store=store,
        generations=store.backups,
        clock=clock,
        home=places.home,
        wakers=wakers,
        applications=Applications(places.home / "applications"),
        vault=AgeVault(places.home / "vault", clock),
        commit_checks=ForgeChecks(),
        certificates=CertificateKit(
            shelf=CertificateShelf(places.home / "certificates"),
            authority=Certbot(places.home / "acme"),
            orders=store.certificate_orders,
            names=SystemNames(),
        ),
    )
    wakers.wake = lambda environment: wake(world, environment)
    return world


def build_repositories(places: Places, world: World) -> EnvironmentRepositories:
    """Return the repositories of all environments; none is opened yet."""
    settings = LiveDatabases(world).settings
    return EnvironmentRepositories(places.home / "backup", settings, world.vault)


def build_databases(
    places: Places, world: World, repositories: EnvironmentRepositories
) -> PostgresBackups:
    """Return PostgreSQL's backups, and give rollouts what they ask of them."""
    store = world.store
    assert isinstance(store, SqliteStore)  # noqa: S101 - build_world made it
    backups = postgres_backups(
        places.home / "backup",
        LiveDatabases(world),
        repositories,
        store.backups,
        store.evidence,
        ApplicationOnCopy(world=world),
        lambda environment: points_needed(world, environment),
        repositories,
    )
    world.data.points = backups.points
    world.data.restores = backups.restores
    world.data.records = store.backups
    return backups


def build_desk(
    world: World, repositories: EnvironmentRepositories, databases: PostgresBackups
) -> BackupDesk:
    """Return the desk of backups, over the same world; starts nothing."""
    store = world.store
    assert isinstance(store, SqliteStore)  # noqa: S101 - build_world made it
    folders: dict[str, DataFolders] = {
        name: kit.engine
        for name, kit in world.kits.items()
        if isinstance(kit.engine, ProcessEngine | DockerEngine)
    }
    return make_desk(
        world,
        repositories,
        databases,
        folders=folders,
        records=store.backups,
        runs=store.backup_runs,
    )


def gated(world: World) -> tuple[World, Checking]:
    """Return the world with its gate, which judges by live checks of the same world."""
    checking = Checking(partial(scene_of, world), world.store, world.clock)
    return replace(world, gate=checking), checking


def build_observatory(
    places: Places,
    world: World,
    desk: BackupDesk,
    databases: PostgresBackups,
    monitors: Monitors,
) -> Observatory:
    """Return what observation has at hand, over the same world."""
    store, ingress = world.store, world.ingress
    assert isinstance(store, SqliteStore)  # noqa: S101 - build_world made it
    assert isinstance(ingress, HAProxyIngress)  # noqa: S101 - likewise
    return Observatory(
        store=store,
        history=History(places.home / "observe.sqlite"),
        incidents=store.incidents,
        silences=store.silences,
        outbox=store.outbox,
        notifier=AppriseNotifier(),
        reporter=SentryReporter(),
        clock=world.clock,
        home=places.home,
        application=world.applications.get,
        trust=lambda app: trust_in(world, app),
        instances=lambda environment: world.kit_of(environment).engine.instances(environment),
        timings=IngressTimings(ingress, ingress.upgraded),
        secrets=world.vault,
        logs=lambda instance, cancelled: world.kit_of(instance.scope.environment).console.logs(
            instance, follow=True, tail=LOG_TAIL, cancelled=cancelled
        ),
        logbook=Logbook(places.home / "logs"),
        conditions=(
            lambda: backup_conditions(desk.ground),
            databases.conditions.now,
            lambda: certificate_problems(world),
            lambda: monitor_conditions(world, monitors),
        ),
        readings=(BackupReadings(desk.ground), lambda: certificate_readings(world)),
        gauges={
            "process": ProcessGauge(places.home / "process"),
            "docker": DockerGauge(),
        },
        every_s=float(os.environ.get(EVERY_VARIABLE) or EVERY_S),
    )


def at_rest(world: World, observatory: Observatory) -> Callable[[], None]:
    """Return what a thread of the daemon does before it waits: it keeps no connection open."""

    def let_go() -> None:
        world.store.let_go()
        observatory.history.let_go()

    return let_go


def build_accounts(world: World) -> Accounts:
    """Return who may come in, over the world's own store."""
    assert isinstance(world.store, SqliteStore)  # noqa: S101 - made above
    return Accounts(
        store=world.store.access,
        audit=world.store.audit,
        clock=world.clock,
        throttle=Throttle(world.clock),
    )


def _haproxy() -> Path:
    found = find_tool("haproxy")
    if found is None:
        raise Problem(
            "tools-missing",
            "HAProxy is not installed on this machine; Shipway needs it as its front door.",
            hints=["apt-get install haproxy", "shipway demo, which fetches it by itself"],
        )
    return found
