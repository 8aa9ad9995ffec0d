"""The docker engine: workloads as containers of one Docker Engine.

What it gives a rollout: every release in a network of its own, every environment in one
that its stateful services and its releases share, and nothing that listens on the server's
own ports.  The ingress reaches instances at their addresses in the environment's network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from shipway.engines.docker import console, datatools, names
from shipway.engines.docker.builder import ImageBuilder
from shipway.engines.docker.client import Clients
from shipway.engines.docker.containers import Containers, side_by_side
from shipway.engines.docker.copies import Copies
from shipway.engines.docker.endpoint import find_endpoint
from shipway.engines.docker.facts import engine_facts
from shipway.engines.docker.images import Images
from shipway.engines.docker.jobs import run_to_end
from shipway.engines.docker.networks import Networks
from shipway.engines.docker.observe import Observer
from shipway.engines.docker.plan import container_plan
from shipway.engines.docker.resources import cpu_shares
from shipway.engines.docker.review import review
from shipway.engines.docker.transport import API_FLOOR, Transport
from shipway.engines.docker.volumecopy import copy_volume
from shipway.engines.docker.volumes import held_volumes, remove_volumes, volume_folder
from shipway.engines.docker.workloads import Workloads
from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Instance, LogLine, Priority, Workload
from shipway.ports import BuildRequest, Cancelled, EngineFacts, Output
from shipway.ports_backup import HeldVolume


def _never() -> bool:
    return False


class DockerEngine:
    """Engine, Console and Builder over one Docker Engine; safe in several threads.

    host: as in `DOCKER_HOST`, which is used where none is given.
    listens: keeps a stream of events open, so that looking again costs the engine nothing.
    Nothing is asked of the engine before the first call.  registry: see `ports.Registry`.
    """

    name = "docker"

    def __init__(
        self,
        host: str | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        listens: bool = False,
    ) -> None:
        self._transport = Transport(find_endpoint(host, environ))
        self._observer = Observer(self._transport, listens=listens)
        self._containers = Containers(self._transport, self._observer)
        self._networks = Networks(self._transport)
        self._workloads = Workloads(
            self._transport, self._observer, self._containers, self._networks
        )
        self._images = Images(self._transport)
        self._clients = Clients(environ)
        self.registry = Copies(self._transport, self._images)
        self._builder = ImageBuilder(self._transport, self._images, self._clients)

    # ── Engine ──

    def facts(self) -> EngineFacts:
        """Return version, API, storage and disk of the engine."""
        return engine_facts(self._transport, self.name)

    def review(self, workload: Workload) -> tuple[str, ...]:
        """Return what of the workload's definition is not honoured, a sentence each.

        Where no engine answers, the floor of the supported versions is assumed.
        """
        try:
            api = self._transport.api
        except Problem:
            api = API_FLOOR
        return review(workload, api)

    def create(self, workload: Workload) -> tuple[Instance, ...]:
        """Ensure that the instances exist, not started."""
        shares = cpu_shares(workload.definition, Priority.BACKGROUND)  # most start behind others
        ensured = self._workloads.ensure(workload, shares)
        return self._workloads.read(workload, ensured.all)

    def start(
        self, workload: Workload, *, priority: Priority = Priority.NORMAL
    ) -> tuple[Instance, ...]:
        """Ensure that the instances exist and run; those not running yet get the priority."""
        shares = cpu_shares(workload.definition, priority)
        ensured = self._workloads.ensure(workload, shares)
        self._containers.share(list(ensured.idle), shares)
        environment, networks = workload.scope.environment, ensured.networks
        side_by_side(
            lambda one: self._containers.start(one[0], one[1], networks, environment),
            [*ensured.idle.items(), *ensured.made.items()],
        )
        return self._workloads.read(workload, ensured.all)

    def prioritise(self, workload: Workload, priority: Priority) -> None:
        """Ensure that the containers have the processor shares of the priority."""
        there = [str(one["Id"]) for one in self._workloads.all(workload)]
        self._containers.share(there, cpu_shares(workload.definition, priority))

    def stop(self, instances: Sequence[Instance]) -> None:
        """Ensure that the instances have stopped, all at the same time."""
        self._containers.stop([instance.id for instance in instances])

    def remove(self, scope: Scope, *, service: str | None = None) -> None:
        """Ensure that the scope has no instance and no network; volumes stay.

        The environment's network goes with the last instance in the environment.
        """
        labels = names.scope_labels(scope)
        if service is not None:
            labels[names.SERVICE] = service
        found = self._observer.summaries(labels)
        side_by_side(
            self._containers.remove,
            [one for one in found if names.scope_of(one["Labels"]) == scope],
        )
        if service is not None:
            return
        if scope.release is not None:
            self._networks.remove(scope)
        if not self._observer.summaries(names.environment_labels(scope.environment)):
            self._networks.remove(Scope(scope.environment))

    def remove_data(self, environment: EnvironmentId) -> tuple[str, ...]:
        """Ensure that the environment's volumes are gone; see `shipway.ports.Engine`."""
        return remove_volumes(self._transport, environment)

    def instances(
        self, environment: EnvironmentId | None = None, scope: Scope | None = None
    ) -> tuple[Instance, ...]:
        """Return the instances of an environment, of a scope, or all that are Shipway's."""
        if scope is not None:
            found = self._observer.instances(names.scope_labels(scope))
            return tuple(one for one in found if one.scope == scope)
        labels = {} if environment is None else names.environment_labels(environment)
        return self._observer.instances(labels)

    def run(
        self,
        workload: Workload,
        *,
        deadline_s: float,
        output: Output,
        cancelled: Cancelled = _never,
    ) -> int:
        """Run one container of the workload to its end and return its exit code.

        The engine removes one that ended well by itself, a moment later.
        """
        plan = container_plan(workload, 0, api=self._transport.api, run=True)
        run = {**names.workload_labels(workload), names.RUN: plan.config_hash}
        earlier = self._observer.summaries(run)
        side_by_side(self._containers.remove, earlier)
        networks = self._workloads.surroundings(workload, plan)
        environment = workload.scope.environment
        container = self._containers.ensure(plan, (), networks, environment)
        try:
            return run_to_end(
                self._transport,
                self._containers,
                container,
                name=plan.name,
                start=partial(self._containers.start, container, plan, networks, environment),
                tty=bool(workload.definition.get("tty")),
                deadline_s=deadline_s,
                output=output,
                cancelled=cancelled,
            )
        except BaseException:
            side_by_side(self._containers.remove, self._observer.summaries(run))
            raise

    # ── DataFolders ──

    def volume_folder(
        self, environment: EnvironmentId, volume: str, declared: Mapping[str, Any]
    ) -> Path:
        """Return where this machine sees a named volume; see `ports_backup.DataFolders`."""
        return volume_folder(self._transport, environment, volume, declared)

    def copy_volume(
        self, environment: EnvironmentId, volume: str, declared: Mapping[str, Any], target: Path
    ) -> None:
        """Copy a volume through the engine; see `shipway.ports_backup.DataFolders`."""
        image = next(
            (
                one["ImageID"]
                for one in self._observer.summaries(names.environment_labels(environment))
            ),
            None,
        )
        copy_volume(self._transport, environment, volume, declared, (image, target))

    def held(self, environment: EnvironmentId) -> tuple[HeldVolume, ...]:
        """Return the volumes that the environment owns; see `shipway.ports_backup.DataFolders`."""
        return held_volumes(self._transport, environment)

    # ── Console ──

    def logs(
        self,
        instance: Instance,
        *,
        follow: bool = False,
        tail: int | None = None,
        cancelled: Cancelled = _never,
    ) -> Iterator[LogLine]:
        """Yield the instance's log lines, oldest first."""
        return console.read_logs(
            self._transport, instance, follow=follow, tail=tail, cancelled=cancelled
        )

    def exec_argv(self, instance: Instance, argv: Sequence[str], *, tty: bool) -> list[str]:
        """Return the `docker exec` command that runs `argv` inside the instance."""
        host = self._transport.endpoint.url
        return console.exec_argv(self._clients.any(), host, instance, argv, tty=tty)

    # ── DataTools ──

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
        """Return the `docker run` that runs a program of the workload's image."""
        return datatools.tool_argv(
            self._clients.any(),
            self._transport.endpoint.url,
            workload,
            argv,
            folder=folder,
            name=name,
            connected=connected,
            priority=priority,
        )

    def end_tool(self, workload: Workload, name: str) -> None:
        """Ensure that no container of this tool is left."""
        labels = datatools.tool_labels(workload, name)
        side_by_side(self._containers.remove, self._observer.summaries(labels))

    def fill(self, workload: Workload, tree: Path) -> None:
        """Ensure the workload's data; see the port."""
        filler = datatools.filler(workload, tree)
        last: list[str] = []
        code = self.run(filler, deadline_s=datatools.FILL_S, output=last.append)
        if code != 0:
            raise datatools.fill_failed(workload, code, last)

    def remove_volume(self, environment: EnvironmentId, name: str) -> None:
        """Ensure that one of the environment's own volumes is gone."""
        remove_volumes(self._transport, environment, only=names.volume_name(environment, name))

    # ── Builder ──

    def build(
        self, request: BuildRequest, *, output: Output, cancelled: Cancelled = _never
    ) -> Artifact:
        """Ensure that the service's image exists, built or fetched."""
        return self._builder.build(request, output=output, cancelled=cancelled)

    def exists(self, artifact: Artifact) -> bool:
        """Return whether the image is still on the engine."""
        return self._images.inspect(artifact.reference) is not None

    def tag(self, project: str, artifact: Artifact, tag: str) -> None:
        """Ensure that `project/service:tag` names the image."""
        self._images.tag(project, artifact, tag)

    def prune(self, project: str, keep: Sequence[Artifact], *, output: Output) -> int:
        """Remove the project's own images that are neither kept nor used; return bytes freed."""
        return self._images.prune(project, keep, output=output)

    def prune_build_cache(self, keep_bytes: int) -> int:
        """Shrink the engine's build cache to `keep_bytes`, oldest first; return bytes freed."""
        return self._images.prune_build_cache(keep_bytes)
