"""ProcessEngine: the engine port over plain processes, for laptops and the demo.

It keeps nothing in memory: the state directory is the truth, and any number of engine
objects may work on it, one after the other or side by side.  Shims keep the instances;
this module decides what they are told.
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from shipway import __version__
from shipway.engines.process import datatools, jobs, volumes
from shipway.engines.process.addresses import AddressTable
from shipway.engines.process.artifacts import Artifacts
from shipway.engines.process.builder import ProcessBuilder
from shipway.engines.process.builtin import find_builtin
from shipway.engines.process.instances import Instances
from shipway.engines.process.layout import RUN, Layout, Place
from shipway.engines.process.logs import read_log
from shipway.engines.process.owners import instance_of, owner_of
from shipway.engines.process.review import review_workload
from shipway.engines.process.stateful import interpreter
from shipway.engines.process.supervise import end, launch, read_state, sweep
from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Instance, LogLine, Priority, Workload
from shipway.ports import BuildRequest, Cancelled, EngineFacts, Output
from shipway.ports_backup import HeldVolume
from shipway.tools import find_tool


def _never() -> bool:
    return False


class ProcessEngine:
    """Engine, Console and Builder over processes; `state` is its directory, kept private."""

    name = "process"

    def __init__(self, state: Path) -> None:
        if not state.exists():
            state.mkdir(parents=True)
            state.chmod(0o711)  # servers with a user of their own pass through, nobody looks in
        self.layout = Layout(state.resolve())
        self._table = AddressTable(self.layout)
        self._artifacts = Artifacts(self.layout)
        self._builder = ProcessBuilder(self.layout)
        self._instances = Instances(self.layout, self._table, self._artifacts)

    # Engine

    def facts(self) -> EngineFacts:
        """Return the programs that it runs things with."""
        programs = {name: find_tool(name) for name in ("postgres", "redis", "node", "npm")}
        return EngineFacts(
            name=self.name,
            version=__version__,
            details={
                "state": str(self.layout.root),
                "python": f"{platform.python_version()} ({interpreter()})",
                **{name: str(path) for name, path in programs.items() if path},
            },
            notes=(
                "instances are processes of this machine: they share its files, users and limits",
                "a release that boots is not put behind the one that serves",
                (
                    "a service that listens on every address although it is told its own collides"
                    " with the next release"
                ),
            ),
        )

    def review(self, workload: Workload) -> tuple[str, ...]:
        """Return what plain processes do not honour of the definition."""
        if workload.artifact.kind == "image":
            builtin = find_builtin(workload.artifact.name)
            notes = builtin.notes if builtin else ()
            return (*review_workload(workload, None), *notes)
        record = self._artifacts.record(workload.artifact.reference)
        return review_workload(workload, record)

    def create(self, workload: Workload) -> tuple[Instance, ...]:
        """Ensure that the instances' directories and orders are there."""
        with self._locked(workload.scope):
            return tuple(instance_of(place) for place in self._create(workload))

    def start(
        self,
        workload: Workload,
        *,
        priority: Priority = Priority.NORMAL,  # noqa: ARG002 - the port's; see `prioritise`
    ) -> tuple[Instance, ...]:
        """Ensure that the instances run, all at the same priority; see `prioritise`."""
        with self._locked(workload.scope):
            places = self._create(workload)
            idle = []
            for place in places:
                state = read_state(place)
                if state is None or not state.alive:
                    if state is not None and state.lost:
                        sweep(place)
                    idle.append(place)
            launch(self.layout, idle)
            return tuple(instance_of(place) for place in places)

    def prioritise(self, workload: Workload, priority: Priority) -> None:
        """Do nothing: a process that was once put back needs root to come forward again."""

    def stop(self, instances: Sequence[Instance]) -> None:
        """Ensure that the instances have stopped."""
        end([self._place(instance) for instance in instances])

    def remove(self, scope: Scope, *, service: str | None = None) -> None:
        """Ensure that the scope, or one service of it, has no instance."""
        with self._locked(scope):
            places = [
                place
                for place in self.layout.places(scope)
                if service is None or _service_of(place) == service
            ]
            end(places)
            for place in places:
                shutil.rmtree(self.layout.socket_folder(place), ignore_errors=True)
                shutil.rmtree(place.path, ignore_errors=True)
            self._table.release(scope, service=service)
            folder = self.layout.scope(scope)
            if service is None and folder.exists():
                shutil.rmtree(folder)

    def remove_data(self, environment: EnvironmentId) -> tuple[str, ...]:
        """Ensure that the environment's volumes are gone; see `shipway.ports.Engine`."""
        return volumes.remove_all(self.layout, environment)

    def instances(
        self, environment: EnvironmentId | None = None, scope: Scope | None = None
    ) -> tuple[Instance, ...]:
        """Return the instances; jobs are not among them."""
        found = []
        for place in self.layout.places(scope, environment=environment):
            if place.path.name.endswith(RUN):
                continue
            owner = owner_of(place)
            if owner is None or (environment and owner.scope.environment != environment):
                continue
            found.append(instance_of(place, owner))
        return tuple(found)

    def run(
        self,
        workload: Workload,
        *,
        deadline_s: float,
        output: Output,
        cancelled: Cancelled = _never,
    ) -> int:
        """Run a job to its end; see the port."""
        place = self.layout.job(workload.scope, workload.service)
        with self._locked(workload.scope):
            self._discard(place)
            self._instances.prepare_job(workload, place)
            try:
                launch(self.layout, [place])
            except Problem:
                self._discard(place)
                raise
        try:
            return jobs.follow(
                place, workload, deadline_s=deadline_s, output=output, cancelled=cancelled
            )
        finally:
            with self._locked(workload.scope):
                self._discard(place)

    # DataFolders

    def volume_folder(
        self, environment: EnvironmentId, volume: str, declared: Mapping[str, Any]
    ) -> Path:
        """Return the directory of a named volume; see `shipway.ports_backup.DataFolders`."""
        return volumes.folder_of(self.layout, environment, volume, declared)

    def copy_volume(
        self, environment: EnvironmentId, volume: str, declared: Mapping[str, Any], target: Path
    ) -> None:
        """Copy a named volume; see `shipway.ports_backup.DataFolders`."""
        folder = self.volume_folder(environment, volume, declared)
        shutil.copytree(folder, target, symlinks=True, dirs_exist_ok=True)

    def held(self, environment: EnvironmentId) -> tuple[HeldVolume, ...]:
        """Return the volumes that the environment owns; see `shipway.ports_backup.DataFolders`."""
        return volumes.held_by(self.layout, environment)

    # Console

    def logs(
        self,
        instance: Instance,
        *,
        follow: bool = False,
        tail: int | None = None,
        cancelled: Cancelled = _never,
    ) -> Iterator[LogLine]:
        """Yield the instance's log lines."""
        place = self._place(instance)
        return read_log(place, instance.name, follow=follow, tail=tail, cancelled=cancelled)

    def exec_argv(self, instance: Instance, argv: Sequence[str], *, tty: bool) -> list[str]:
        """Return the command that runs `argv` with the instance's variables and directory."""
        del tty  # the person's own terminal is the process's
        return self._instances.enter(self._place(instance), argv)

    # DataTools

    def tool_argv(
        self,
        workload: Workload,
        argv: Sequence[str],
        *,
        folder: Path,
        name: str,
        connected: bool,
        priority: Priority = Priority.NORMAL,
    ) -> list[str]:
        """Return the command that runs a program of this machine's PostgreSQL."""
        del folder, name  # the same file system, and the command is the tool itself
        return datatools.tool_argv(
            self.layout, self._instances, workload, argv, connected=connected, priority=priority
        )

    def end_tool(self, workload: Workload, name: str) -> None:
        """Nothing outlives the command here."""

    def fill(self, workload: Workload, tree: Path) -> None:
        """Ensure the workload's data; see the port."""
        with self._locked(workload.scope):
            datatools.fill(self.layout, self._instances, workload, tree)

    def remove_volume(self, environment: EnvironmentId, name: str) -> None:
        """Ensure that the volume is gone."""
        volumes.remove(self.layout, environment, name)

    # Builder

    def build(
        self, request: BuildRequest, *, output: Output, cancelled: Cancelled = _never
    ) -> Artifact:
        """Ensure that the service's artifact exists."""
        return self._builder.build(request, output=output, cancelled=cancelled)

    def exists(self, artifact: Artifact) -> bool:
        """Return whether the artifact's tree, or the program for its image, is there."""
        if artifact.kind == "image":
            try:
                return find_builtin(artifact.name) is not None
            except Problem:
                return False
        return self._artifacts.record(artifact.reference) is not None

    def tag(self, project: str, artifact: Artifact, tag: str) -> None:
        """Ensure that `tag` names this artifact."""
        self._artifacts.tag(project, artifact, tag)

    def prune(self, project: str, keep: Sequence[Artifact], *, output: Output) -> int:
        """Remove the project's other artifacts, and what only they needed."""
        owners = [owner for place in self.layout.places() if (owner := owner_of(place))]
        used = {owner.artifact for owner in owners}
        freed = self._artifacts.prune(project, keep, used, output)
        held = {owner.dependencies for owner in owners if owner.dependencies}
        return freed + self._artifacts.prune_dependencies(held, output)

    # Inside

    def _create(self, workload: Workload) -> list[Place]:
        indexes = range(1, workload.replicas + 1)
        return [self._instances.prepare(workload, index) for index in indexes]

    def _place(self, instance: Instance) -> Place:
        return self.layout.place(instance.scope, instance.service, instance.index)

    def _discard(self, place: Place) -> None:
        if place.path.exists():
            end([place])
            shutil.rmtree(place.path, ignore_errors=True)

    def _locked(self, scope: Scope) -> AbstractContextManager[None]:
        return self.layout.locked(f"scope-{scope.label}")


def _service_of(place: Place) -> str:
    name = place.path.name
    return name.removesuffix(RUN) if name.endswith(RUN) else name.rpartition("-")[0]
