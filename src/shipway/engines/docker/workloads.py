"""The containers of one workload, with the networks and volumes that they stand in.

Invariant: which containers are a workload's is told by their labels alone.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from shipway.engines.docker import names
from shipway.engines.docker.containers import Containers, side_by_side
from shipway.engines.docker.listing import Summary
from shipway.engines.docker.mounts import named_volumes
from shipway.engines.docker.networks import Network, Networks
from shipway.engines.docker.observe import Observer
from shipway.engines.docker.plan import ContainerPlan, container_plan
from shipway.engines.docker.transport import Transport
from shipway.engines.docker.volumes import ensure_volume
from shipway.model.workload import Instance, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensured:
    """A workload's containers, each with its plan, by id.

    running: they ran already.  idle: they were there, and do not run.  made: just now.
    networks: those that idle ones and made ones stand in, by name.
    """

    running: Mapping[str, ContainerPlan] = field(default_factory=dict)
    idle: Mapping[str, ContainerPlan] = field(default_factory=dict)
    made: Mapping[str, ContainerPlan] = field(default_factory=dict)
    networks: Mapping[str, Network] = field(default_factory=dict)

    @property
    def all(self) -> Mapping[str, ContainerPlan]:
        """Return all of them."""
        return {**self.running, **self.idle, **self.made}


class Workloads:
    """Makes and finds what belongs to a workload."""

    def __init__(
        self,
        transport: Transport,
        observer: Observer,
        containers: Containers,
        networks: Networks,
    ) -> None:
        self._transport = transport
        self._observer = observer
        self._containers = containers
        self._networks = networks

    def ensure(self, workload: Workload, shares: int | None = None) -> Ensured:
        """Ensure that the workload's containers exist.

        What runs stands in all that it needs, so nothing more is asked of the engine for it.
        shares: of processors, for those that are made.
        """
        api = self._transport.api
        plans = [container_plan(workload, n, api=api) for n in range(1, workload.replicas + 1)]
        existing = self.existing(workload)
        running: dict[str, ContainerPlan] = {}
        missing: list[ContainerPlan] = []
        for plan in plans:
            found = self._containers.running(plan, existing.get(str(plan.index), ()))
            if found is None:
                missing.append(plan)
            else:
                running[found] = plan
        if not missing:
            return Ensured(running=running)
        networks = self.surroundings(workload, missing[0])
        ensured: dict[str, ContainerPlan] = {}

        def ensure(plan: ContainerPlan) -> None:
            there = existing.get(str(plan.index), ())
            environment = workload.scope.environment
            container = self._containers.ensure(plan, there, networks, environment, shares=shares)
            ensured[container] = plan

        side_by_side(ensure, missing)
        known = {str(one["Id"]) for many in existing.values() for one in many}
        return Ensured(
            running=running,
            idle={one: plan for one, plan in ensured.items() if one in known},
            made={one: plan for one, plan in ensured.items() if one not in known},
            networks=networks,
        )

    def surroundings(self, workload: Workload, plan: ContainerPlan) -> dict[str, Network]:
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

    def existing(self, workload: Workload) -> dict[str, list[Summary]]:
        """Return the scope's containers of this service by index."""
        labels = {**names.scope_labels(workload.scope), names.SERVICE: workload.service}
        found: dict[str, list[Summary]] = {}
        for one in self._observer.summaries(labels):
            given = one["Labels"]
            if names.RUN not in given and names.scope_of(given) == workload.scope:
                found.setdefault(given.get(names.INDEX, ""), []).append(one)
        return found

    def all(self, workload: Workload) -> list[Summary]:
        """Return all of them."""
        return [one for many in self.existing(workload).values() for one in many]

    def read(self, workload: Workload, ids: Container[str]) -> tuple[Instance, ...]:
        """Return these containers as instances."""
        return self._observer.read([one for one in self.all(workload) if one["Id"] in ids])
