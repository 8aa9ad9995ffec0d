"""Instances: how many are down, their CPU, memory and restarts."""

from __future__ import annotations

from collections.abc import Collection

from shipway.model.observe import Reading
from shipway.model.workload import InstanceState, Role
from shipway.observe.target import Target
from shipway.observe.world import Observatory
from shipway.ports_observe import Usage


class Instances:
    """CPU is the share of one core since the last look."""

    def __init__(self, world: Observatory) -> None:
        self._world = world
        self._last: dict[str, tuple[float, float]] = {}

    def read(self, target: Target, *, but: Collection[str] = ()) -> list[Reading]:
        """Return the readings; `but`: services whose absence others notice better."""
        readings = []
        for service in target.app.services:
            if service.role is Role.JOB:
                continue
            if target.problem:
                readings.append(
                    target.without("instances-missing", service.name, "instances", target.problem)
                )
                continue
            up = [item for item in target.of(service) if item.state is InstanceState.RUNNING]
            wanted = service.replicas
            down = 0 if service.name in but else max(0, wanted - len(up))
            readings.append(target.measured("instances-missing", service.name, down, "instances"))
        readings += self._usage(target)
        return readings

    def _usage(self, target: Target) -> list[Reading]:
        gauge = self._world.gauges.get(target.engine)
        running = [
            item
            for service in target.app.services
            for item in target.of(service)
            if item.state is InstanceState.RUNNING
        ]
        readings = [
            target.measured("restarts", item.name, item.restarts, "restarts") for item in running
        ]
        used = {} if gauge is None or target.problem else gauge.usage(running)
        now = self._world.clock.monotonic()
        for item in running:
            usage = used.get(item.id)
            if usage is None:
                reason = "the engine does not say what it uses"
                readings.append(target.without("memory", item.name, "bytes", reason))
                continue
            readings.append(target.measured("memory", item.name, usage.memory_bytes, "bytes"))
            share = self._share(item.id, usage, now)
            if share is not None:
                readings.append(target.measured("cpu", item.name, share, "%"))
        return readings

    def _share(self, instance: str, usage: Usage, now: float) -> float | None:
        last = self._last.get(instance)
        self._last[instance] = (now, usage.cpu_s)
        if len(self._last) > 10_000:
            self._last.clear()
        if last is None or now <= last[0] or usage.cpu_s < last[1]:
            return None
        return 100 * (usage.cpu_s - last[1]) / (now - last[0])
