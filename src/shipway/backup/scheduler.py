"""Starts what is due: one run at a time in an environment, missed slots made up for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress

from shipway.backup.ground import Ground
from shipway.backup.recover import is_recovering
from shipway.backup.run import RunRequest
from shipway.backup.runner import Runner
from shipway.backup.schedule import is_due, latest_before
from shipway.backup.sources import inventory
from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.backup import BackupKind
from shipway.model.backup_run import BackupRun, RunKind, RunState
from shipway.model.names import EnvironmentId

log = logging.getLogger("shipway.backup")

RETRY_S = 900.0
RETRIES_FAST = 4
RETRY_LATER_S = 3600.0
ASK_S = 120.0
"""Between two questions whether this server is still the one that saves an environment."""
WHO = "shipway"


class Scheduler:
    """Looks now and then at what is due.

    busy: whether something goes on in an environment that a backup should not meet.
    """

    def __init__(
        self,
        ground: Ground,
        runner: Runner,
        busy: Callable[[EnvironmentId], bool] = lambda _environment: False,
    ) -> None:
        self._ground = ground
        self._runner = runner
        self._busy = busy
        self._asked: dict[EnvironmentId, float] = {}

    def look(self) -> None:
        """Start what is due."""
        for environment in self._ground.environments():
            try:
                self._look_at(environment)
            except Problem as problem:
                log.warning("%s: %s", environment, problem)

    def _look_at(self, environment: EnvironmentId) -> None:
        app = self._ground.application(environment)
        if app is None or not app.backup.scheduled:
            return
        if is_recovering(self._ground, environment):
            return  # an empty volume must not become the newest backup
        if not self._is_ours(environment) or self._busy(environment):
            return
        latest = self._ground.runs.recent(environment, limit=1)
        if latest and latest[0].state is RunState.RUNNING:
            return
        kind = self._due(environment, app)
        if kind is not None:
            since = latest_before(
                app.backup.base_cron, self._ground.clock.now(), app.backup.timezone
            )
            self._runner.start(RunRequest(environment=environment, kind=kind, who=WHO, since=since))

    def _is_ours(self, environment: EnvironmentId) -> bool:
        """Return whether this server saves the environment; now and then it says so, too."""
        if time.monotonic() - self._asked.get(environment, -ASK_S) >= ASK_S:
            self._asked[environment] = time.monotonic()
            with suppress(Problem):  # whose repository is away is told by what is to be saved
                self._ground.writers.ensure_writer(environment)
        return self._ground.writers.other_writer(environment) is None

    def _due(self, environment: EnvironmentId, app: Application) -> RunKind | None:
        settings, now = app.backup, self._ground.clock.now()
        full = self._tried(environment, RunKind.FULL)
        if should_run(settings.base_cron, full, now=now, zone=settings.timezone):
            return RunKind.FULL
        redis = sorted(
            (*self._tried(environment, RunKind.REDIS), *full), key=lambda run: -run.began_at
        )  # a full run saves Redis too
        has_redis = any(item.kind is BackupKind.REDIS for item in inventory(app).sources)
        if has_redis and should_run(settings.redis_cron, redis, now=now, zone=settings.timezone):
            return RunKind.REDIS
        if full and should_run(
            settings.verify_cron,
            self._tried(environment, RunKind.VERIFY) or full[-1:],
            now=now,
            zone=settings.timezone,
        ):
            return RunKind.VERIFY
        return None

    def _tried(self, environment: EnvironmentId, kind: RunKind) -> tuple[BackupRun, ...]:
        return self._ground.runs.recent(environment, kind=kind, limit=RETRIES_FAST + 1)


def should_run(
    cron: str, tried: tuple[BackupRun, ...] | list[BackupRun], *, now: float, zone: str
) -> bool:
    """Return whether a slot has passed since the latest try, or a failed one is to be repeated.

    tried: the latest runs, newest first.  A failure is repeated soon, then every hour.
    """
    if not cron:
        return False
    last = tried[0] if tried else None
    if is_due(cron, last=last.began_at if last else None, now=now, name=zone):
        return True
    if last is None or last.state in {RunState.SUCCEEDED, RunState.RUNNING}:
        return False
    if last.state is RunState.INTERRUPTED:
        return True
    failed = 0
    for run in tried:
        if run.state is not RunState.FAILED:
            break
        failed += 1
    wait_s = RETRY_S if failed <= RETRIES_FAST else RETRY_LATER_S
    return now - (last.ended_at or last.began_at) > wait_s
