"""A recovered copy of a database beside the running one: fetched, filled, started, ended.

What a restore swaps in, what a drill throws away, and what a person looks at are such copies.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from shipway.backup.postgres import recovery
from shipway.backup.postgres.base import verify
from shipway.backup.postgres.choose import Choice
from shipway.backup.postgres.fetch import fetch, look
from shipway.backup.postgres.places import BackupPlaces
from shipway.backup.postgres.running import Asker, instance_of
from shipway.backup.postgres.segments import parse_position
from shipway.backup.postgres.versions import refuse_other_version
from shipway.errors import Problem
from shipway.model.backup import RestoreTarget
from shipway.model.generation import copy_beside, generation_volume
from shipway.model.names import Scope
from shipway.model.said import Said
from shipway.model.workload import Instance, InstanceState, Workload
from shipway.ports import Cancelled, Output
from shipway.ports_data import Database
from shipway.ports_repository import Repository

RECOVERY_S = 4 * 3600.0
POLL_S = 0.15
TAIL = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy of a database, by the name of its service and of its data's generation."""

    database: Database
    places: BackupPlaces
    service: str
    generation: int | str
    output: Output
    cancelled: Cancelled = lambda: False

    @property
    def workload(self) -> Workload:
        """Return what an engine is asked to run."""
        return copy_beside(self.database.base, self.service, self.generation)

    @property
    def scope(self) -> Scope:
        """Return the environment's own scope, in which it runs."""
        return Scope(environment=self.database.environment)

    def build(
        self,
        repository: Repository,
        choice: Choice,
        target: RestoreTarget,
        *,
        pause: str | None = None,
        whole: bool = False,
    ) -> bool:
        """Ensure that the copy runs and recovers; return whether later WAL was left out.

        pause: the name of a point at which it stands still first, before the target.
        whole: leave no WAL out, whenever it came.
        """
        self.discard()
        work = self.places.work(self.database.environment, self.database.service, self.service)
        tree = work / "base"
        work.mkdir(parents=True, mode=0o700)
        try:
            cut = self._fetch(
                repository, choice, replace(target, at=None) if whole else target, tree
            )
            stop = RestoreTarget(point=pause) if pause else target
            recovery.write_recovery(tree, stop, pause=pause is not None)
            self.output(Said("filling the new data directory"))
            self.database.tools.fill(self.workload, tree)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        self._check_cancelled()
        self.database.engine.start(self.workload)
        return cut

    def _fetch(
        self, repository: Repository, choice: Choice, target: RestoreTarget, tree: Path
    ) -> bool:
        point = parse_position(choice.point.position) if choice.point else None
        start = parse_position(choice.backup.facts["start"])
        end = parse_position(choice.backup.facts["end"])
        wal = look(repository, choice.epoch, start, until=target.at, position=point, end=end)
        size = choice.backup.bytes + wal.bytes * 2
        free = shutil.disk_usage(tree.parent).free
        if free < size * 2:
            raise Problem(
                "disk-full",
                f"a restore needs about {size * 2 / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free.",
                hints=["df -h", "shipway clean"],
            )
        refuse_other_version(self.database, choice.epoch.version, tree.parent)
        self.output(Said(f"fetching the base backup {choice.backup.id[:8]}"))
        repository.restore(choice.backup.id, tree, cancelled=self.cancelled)
        verify(self.database, tree, self.cancelled)
        self.output(Said("fetched and verified; fetching its WAL"))
        segments = fetch(repository, wal, tree / recovery.WAL_FOLDER, self.cancelled)
        self.output(Said(f"{segments} WAL segments"))
        return wal.cut

    def await_paused(self) -> Asker:
        """Wait until the copy stands still at the point; return who can ask it."""
        return self._await(lambda asker: asker.one(recovery.PAUSED) == "t")

    def await_promoted(self) -> Asker:
        """Wait until the copy has reached its target and takes writes."""
        return self._await(lambda asker: asker.one("SELECT pg_is_in_recovery()") == "f")

    def aim(self, asker: Asker, target: RestoreTarget) -> None:
        """Let a copy that stands still go on to another target."""
        asker.rows(recovery.statements_for(target))
        self.restart()

    def restart(self) -> None:
        """Start the copy again."""
        self.stop()
        self.database.engine.start(self.workload)

    def forget_recovery(self, asker: Asker) -> None:
        """Ensure that the cluster is an ordinary one: nothing in it tells of the restore."""
        asker.rows(recovery.RESET)
        data = asker.one("SHOW data_directory")
        argv = ["rm", "-rf", f"{data}/{recovery.WAL_FOLDER}"]
        self._inside(asker, argv)
        asker.rows("CHECKPOINT")

    def stop(self) -> None:
        """Ensure that the copy does not run."""
        self.database.engine.stop(self._instances())

    def discard(self) -> None:
        """Ensure that nothing is left of the copy, its data included."""
        self.leave()
        volume = generation_volume(self.database.base, self.generation)
        self.database.tools.remove_volume(self.database.environment, volume)
        work = self.places.work(self.database.environment, self.database.service, self.service)
        shutil.rmtree(work, ignore_errors=True)

    @property
    def is_there(self) -> bool:
        """Return whether something of the copy is there."""
        work = self.places.work(self.database.environment, self.database.service, self.service)
        return bool(self._instances()) or work.exists()

    def leave(self) -> None:
        """Ensure that the copy's instance is gone; its data stays."""
        self.database.engine.remove(self.scope, service=self.service)

    def _instances(self) -> list[Instance]:
        found = self.database.engine.instances(scope=self.scope)
        return [item for item in found if item.service == self.service]

    def _inside(self, asker: Asker, argv: list[str]) -> None:
        import subprocess

        command = self.database.console.exec_argv(asker.instance, argv, tty=False)
        with suppress(subprocess.TimeoutExpired):  # what is left of it takes room, no more
            subprocess.run(
                command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=60
            )

    def _await(self, reached: Callable[[Asker], bool]) -> Asker:
        until = time.monotonic() + RECOVERY_S
        while True:
            self._check_cancelled()
            instance = instance_of(self.database, self.workload)
            if instance is None and any(
                item.state is InstanceState.EXITED for item in self._instances()
            ):
                raise self._failed()
            if instance is not None:
                asker = Asker(database=self.database, instance=instance)
                try:
                    if reached(asker):
                        return asker
                except Problem as problem:
                    if problem.kind != "database-refused":
                        raise
            if time.monotonic() > until:
                raise Problem("deadline", f"the recovery has not ended in {RECOVERY_S:.0f} s.")
            time.sleep(POLL_S)

    def _failed(self) -> Problem:
        lines = [
            line.text
            for instance in self._instances()
            for line in self.database.console.logs(instance, tail=40)
        ]
        told = [line for line in lines if "FATAL" in line or "PANIC" in line or "ERROR" in line]
        early = any(recovery.ENDED_EARLY in line for line in lines)
        return Problem(
            "target-not-reached" if early else "restore-failed",
            f"the copy of {self.database.service} did not come up"
            + (": its WAL ends before the target." if early else "."),
            details=tuple(told[-3:] or lines[-TAIL:]),
        )

    def _check_cancelled(self) -> None:
        if self.cancelled():
            raise Problem("cancelled", "the restore was cancelled.")
