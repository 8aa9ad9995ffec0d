"""The docker engine: workloads as containers of one Docker Engine.

What it gives a rollout: every release in a network of its own, every environment in one
that its stateful services and its releases share, and nothing that listens on the server's
own ports.  The ingress reaches instances at their addresses in the environment's network.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shipway.engines.docker import console, datatools, names
from shipway.engines.docker.builder import ImageBuilder
from shipway.engines.docker.client import Clients
from shipway.engines.docker.containers import Containers, side_by_side
from shipway.engines.docker.endpoint import find_endpoint
from shipway.engines.docker.images import Images
from shipway.engines.docker.jobs import run_to_end
from shipway.engines.docker.mounts import named_volumes
from shipway.engines.docker.networks import Network, Networks
from shipway.engines.docker.observe import Observer, Summary
from shipway.engines.docker.plan import ContainerPlan, container_plan
from shipway.engines.docker.review import review
from shipway.engines.docker.transport import API_FLOOR, Transport
from shipway.engines.docker.volumecopy import copy_volume
from shipway.engines.docker.volumes import ensure_volume, remove_volumes, volume_folder
from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Instance, LogLine, Workload
from shipway.ports import BuildRequest, Cancelled, EngineFacts, Output


def _never() -> bool:
    return False


class DockerEngine:
    """Engine, Console and Builder over one Docker Engine; safe in several threads.

    host: as in `DOCKER_HOST`, which is used where none is given.
    Nothing is asked of the engine before the first call.
    """

    name = "docker"

    def __init__(
        self, host: str | None = None, *, environ: Mapping[str, str] | None = None
    ) -> None:
        self._transport = Transport(find_endpoint(host, environ))
        self._observer = Observer(self._transport)
        self._containers = Containers(self._transport, self._observer)
        self._networks = Networks(self._transport)
        self._images = Images(self._transport)
        self._clients = Clients(environ)
        self._builder = ImageBuilder(self._transport, self._images, self._clients)

    # ── Engine ──

    def facts(self) -> EngineFacts:
        """Return version, API, storage and disk of the engine."""
        version = self._transport.get("/version")
        info = self._transport.get("/info")
        root = str(info.get("DockerRootDir", ""))
        details = {
            "api": ".".join(map(str, self._transport.api)),
            "host": self._transport.endpoint.url,
            "storage": str(info.get("Driver", "")),
            "root": root,
            "cgroup": str(info.get("CgroupVersion", "")),
            "cpus": str(info.get("NCPU", "")),
            "memory_bytes": str(info.get("MemTotal", "")),
        }
        if self._transport.endpoint.local:
            with contextlib.suppress(OSError):
                details["disk_free_bytes"] = str(shutil.disk_usage(Path(root)).free)
        return EngineFacts(
            name=self.name,
            version=str(version.get("Version", "")),
            details=details,
            notes=_notes(info),
        )

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
        made, _ = self._create(workload)
        return self._read(workload, made)

    def start(self, workload: Workload) -> tuple[Instance, ...]:
        """Ensure that the instances exist and run."""
        made, networks = self._create(workload)
        environment = workload.scope.environment
        side_by_side(
            lambda one: self._containers.start(one, made[one], networks, environment), made
        )
        return self._read(workload, made)

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
        """Run one container of the workload to its end, remove it, return its exit code."""
        plan = container_plan(workload, 0, api=self._transport.api, run=True)
        run = {**names.workload_labels(workload), names.RUN: plan.config_hash}
        earlier = self._observer.summaries(run)
        side_by_side(self._containers.remove, earlier)
        networks = self._surroundings(workload, plan)
        environment = workload.scope.environment
        container = self._containers.ensure(plan, (), networks, environment)
        try:
            return run_to_end(
                self._transport,
                self._containers,
                container,
                name=plan.name,
                start=lambda: self._containers.start(container, plan, networks, environment),
                tty=bool(workload.definition.get("tty")),
                deadline_s=deadline_s,
                output=output,
                cancelled=cancelled,
            )
        finally:
            side_by_side(self._containers.remove, self._observer.summaries(run))

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
        self, workload: Workload, argv: Sequence[str], *, folder: Path, name: str, connected: bool
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

    # ── inside ──

    def _create(self, workload: Workload) -> tuple[dict[str, ContainerPlan], dict[str, Network]]:
        """Ensure the instances; return their plans by container id, and their networks."""
        api = self._transport.api
        plans = [container_plan(workload, n, api=api) for n in range(1, workload.replicas + 1)]
        if not plans:
            return {}, {}
        networks = self._surroundings(workload, plans[0])
        existing = self._existing(workload)
        made: dict[str, ContainerPlan] = {}

        def ensure(plan: ContainerPlan) -> None:
            there = existing.get(str(plan.index), ())
            environment = workload.scope.environment
            made[self._containers.ensure(plan, there, networks, environment)] = plan

        side_by_side(ensure, plans)
        return made, networks

    def _surroundings(self, workload: Workload, plan: ContainerPlan) -> dict[str, Network]:
        """Ensure networks and volumes; return the networks by name."""
        for volume in named_volumes(workload):
            ensure_volume(self._transport, volume)
        default = workload.networks.get("default") or {}
        options = {str(k): str(v) for k, v in (default.get("driver_opts") or {}).items()}
        return {
            attachment.network: (
                self._networks.external(attachment.network)
                if attachment.scope is None
                else self._networks.ensure(attachment.scope, options)
            )
            for attachment in plan.attachments
        }

    def _existing(self, workload: Workload) -> dict[str, list[Summary]]:
        """Return the scope's containers of this service by index."""
        labels = {**names.scope_labels(workload.scope), names.SERVICE: workload.service}
        found: dict[str, list[Summary]] = {}
        for one in self._observer.summaries(labels):
            given = one["Labels"]
            if names.RUN not in given and names.scope_of(given) == workload.scope:
                found.setdefault(given.get(names.INDEX, ""), []).append(one)
        return found

    def _read(self, workload: Workload, ids: Container[str]) -> tuple[Instance, ...]:
        found = [one for many in self._existing(workload).values() for one in many]
        return self._observer.read([one for one in found if one["Id"] in ids])


def _notes(info: Mapping[str, Any]) -> tuple[str, ...]:
    notes = [str(warning) for warning in info.get("Warnings") or ()]
    if any("rootless" in str(option) for option in info.get("SecurityOptions") or ()):
        notes.append(
            "The engine is rootless: this machine does not reach the instances' addresses, "
            "so the ingress cannot either."
        )
    if "Docker Desktop" in str(info.get("OperatingSystem")):
        notes.append(
            "Docker Desktop keeps the instances in a virtual machine: the ingress does not "
            "reach their addresses."
        )
    if info.get("LiveRestoreEnabled") is False:
        notes.append(
            "Instances stop while the Docker Engine itself restarts "
            '(set "live-restore": true in /etc/docker/daemon.json).'
        )
    return tuple(notes)
