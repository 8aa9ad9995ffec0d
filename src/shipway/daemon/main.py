"""The daemon's life: one a home, taking up what an earlier one left, ending in order."""

from __future__ import annotations

import fcntl
import logging
import logging.handlers
import os
import signal
import socket
import sys
import threading
import time
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import shipway
from shipway.api.service import Service
from shipway.checks.live.monitors import Monitors
from shipway.daemon.backing import database_loops
from shipway.daemon.crash import crash_observer
from shipway.daemon.door import TcpDoor
from shipway.daemon.fronts import fronts
from shipway.daemon.home import Home
from shipway.daemon.loops import Loop, Loops
from shipway.daemon.memory import GIVE_BACK_S, freeze, give_back_growth, stay_small
from shipway.daemon.monitoring import monitor_loops
from shipway.daemon.saving import saving_loops
from shipway.daemon.server import Server
from shipway.daemon.tending import CERTIFICATES, TEND, rollout_loops
from shipway.daemon.watching import watching_loops
from shipway.daemon.wiring import (
    at_rest,
    build_accounts,
    build_databases,
    build_desk,
    build_observatory,
    build_repositories,
    build_world,
    gated,
)
from shipway.errors import Problem
from shipway.model.lifecycle import RolloutState
from shipway.model.records import Rollout, RolloutKind
from shipway.observe.deploys import report_deploy
from shipway.places import Places, places
from shipway.rights import keep_to_itself
from shipway.rollout.conductor import Conductor
from shipway.rollout.reconcile import reconcile
from shipway.rollout.room import keep_room

log = logging.getLogger("shipway.daemon")

SUPERVISOR = "SHIPWAY_SUPERVISOR"
"""Set by the unit that `shipway install` writes: systemd keeps daemon and proxy."""

LOG_BYTES = 5_000_000
LOG_FILES = 4
BACKLOG = 128
HOME_S = 1.0


def main() -> int:
    """Run the daemon until it is told to end; return its exit code."""
    keep_to_itself()
    stay_small()
    here = places()
    os.umask(0o022)  # whoever started it: what is private has a mode of its own
    here.home.mkdir(parents=True, exist_ok=True)
    # traversable, for instances that run as another user (PostgreSQL); what holds values
    # in it has modes of its own
    here.home.chmod(0o711)
    _log_to(here.log)
    lock = _take(here.lock)
    if lock is None:
        log.info("another daemon has %s", here.home)
        return 0
    try:
        _serve(here)
    except Problem as problem:
        log.error("%s", problem)  # noqa: TRY400 - the user's own words, no trace
        print(problem, file=sys.stderr)
        return 1
    except Exception:  # the edge of the process
        log.exception("unexpected")
        raise
    finally:
        lock.close()
    return 0


def _serve(here: Places) -> None:
    started = time.time()
    server = Server(timeout_graceful_shutdown=2)

    def stop() -> None:
        server.should_exit = True

    home = Home(stop, here.lock)
    world, checking = gated(build_world(here))
    repositories = build_repositories(here, world)
    databases = build_databases(here, world, repositories)
    desk = build_desk(world, repositories, databases)
    monitors = Monitors(checking, world.store, world.clock)
    observatory = build_observatory(here, world, desk, databases, monitors)
    loops = Loops(
        [
            *rollout_loops(world),
            *watching_loops(observatory),
            *saving_loops(desk, world.store.audit),
            *database_loops(databases),
            *monitor_loops(world, monitors),
            Loop(name="memory", every_s=GIVE_BACK_S, act=give_back_growth()),
            Loop(name="home", every_s=HOME_S, act=home.look),
        ],
        at_rest(world, observatory),
    )

    def after(rollout: Rollout) -> None:
        loops.nudge(TEND)
        loops.nudge(CERTIFICATES)
        keep_room(world, rollout.environment)
        report_deploy(observatory, rollout)
        if (
            rollout.kind in {RolloutKind.DEPLOY, RolloutKind.PROMOTE}
            and rollout.state is RolloutState.SUCCEEDED
        ):
            ran = world.store.placements.jobs_since(
                rollout.environment, rollout.release or 0, rollout.created_at
            )
            checking.after_deploy(rollout.environment, ran)

    conductor = Conductor(world, observe=crash_observer(), after=after)

    def about() -> dict[str, Any]:
        return {
            "version": shipway.__version__,
            "pid": os.getpid(),
            "home": str(here.home),
            "started_at": started,
            "default_engine": world.default_engine,
            "docker_host": os.environ.get("DOCKER_HOST"),
        }

    accounts = build_accounts(world)
    door = TcpDoor(accounts.store.listener)
    service = Service(
        world=world,
        conductor=conductor,
        stop=stop,
        about=about,
        checking=checking,
        observatory=observatory,
        backups=desk,
        databases=databases,
        accounts=accounts,
        door=door,
    )
    server.config.app, door.app = fronts(service)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def settle() -> None:
        try:
            desk.runner.settle()
            reconcile(world)
            taken = conductor.take_up()
            log.info("ready; %d rollouts taken up", len(taken))
        except Exception:  # the edge of a thread
            log.exception("while settling in")
        freeze()
        loops.start()
        door.open_again()

    try:
        with _listen(here.socket) as listener:
            home.hold(here.socket)
            threading.Thread(target=settle, name="settle", daemon=True).start()
            server.run(sockets=[listener])
    finally:
        door.end()
        desk.runner.stop()
        loops.stop()
        if home.owns(here.socket):  # else it is gone, or another daemon's
            here.socket.unlink(missing_ok=True)


def _listen(path: Path) -> socket.socket:
    """Return a socket that only this user may open (uvicorn's own would be open to all).

    Installed on a server, the user's group may too: it is made for operators.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o117 if os.environ.get(SUPERVISOR) else 0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(mask)
    listener.listen(BACKLOG)
    return listener


def _take(path: Path) -> TextIO | None:
    """Lock the file for as long as this process lives; None where another one has it."""
    stream = path.open("a+")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        stream.close()
        return None
    return stream


class _OwnLog(logging.handlers.RotatingFileHandler):
    """A log that only this user may read, after a rotation too."""

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        os.fchmod(stream.fileno(), 0o600)
        return stream


def _log_to(path: Path) -> None:
    handler = _OwnLog(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
