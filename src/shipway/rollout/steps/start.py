"""The new release's instances, beside the old ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from shipway.model.lifecycle import PlacementEvent, PlacementState
from shipway.model.workload import Instance, Priority, Role, Workload
from shipway.rollout.routing import apply_routing
from shipway.rollout.run import Run
from shipway.rollout.workloads import release_workloads, waves
from shipway.saga.step import Step, Watch

RELEASE_ROLES = (Role.WEB, Role.WORKER, Role.SINGLETON)
"""All are created beside; workers and singletons start only at the switch, because they
would take the old release's jobs."""


def start_beside(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ensure that the web instances run, and that workers and singletons wait, created."""
    watch.check()
    place(run)
    instances = start_web(run)
    create_all(run)
    return {"instances": len(instances)}


def start_web(run: Run) -> list[Instance]:
    """Ensure that the release's web instances run."""
    start = start_behind(run)
    found = [each(start, wave) for wave in waves(run.app, run.release, Role.WEB, boot=True)]
    return [instance for wave in found for instance in wave]


def start_behind(run: Run) -> Callable[[Workload], Sequence[Instance]]:
    """Return how a workload starts that serves nobody yet: behind those that do.

    On a small server an application that boots takes what it gets, and requests on the
    live release would wait for it.
    """
    return partial(run.kit.engine.start, priority=Priority.BACKGROUND)


def bring_forward(run: Run, *roles: Role) -> None:
    """Ensure that the release's instances have the priority of those that serve."""

    def forward(workload: Workload) -> Sequence[Instance]:
        run.kit.engine.prioritise(workload, Priority.NORMAL)
        return ()

    each(forward, release_workloads(run.app, run.release, *roles))


def create_all(run: Run) -> None:
    """Ensure that all instances of the release exist, not started; those that run go on."""
    each(run.kit.engine.create, release_workloads(run.app, run.release, *RELEASE_ROLES))


def place(run: Run) -> None:
    """Ensure that the release is on its way in here; waits for one that is being stopped."""
    with run.world.scope_locks.of(run.scope):
        run.world.store.placements.place(
            run.environment, run.release.number, run.outputs["check"]["fingerprint"]
        )
        if (version := run.outputs["check"].get("secrets")) is not None:
            run.world.store.secret_versions.record(run.environment, run.release.number, version)


def remove_new(run: Run, watch: Watch) -> None:
    """Bring the release here back to what it was when the rollout began."""
    watch.check()
    placements, engine = run.world.store.placements, run.kit.engine
    if run.rollout.release is None:
        return
    placement = placements.get(run.environment, run.rollout.release)
    if placement is None or placement.state is not PlacementState.STARTING:
        return
    found = PlacementState(run.outputs["check"]["found"])
    if found is PlacementState.WARM:
        placements.advance(
            run.environment,
            placement.release,
            PlacementEvent.RETIRE,
            warm_until=run.world.clock.now(),
        )
        return
    if found in {PlacementState.STOPPED, PlacementState.STOPPING}:
        engine.stop(engine.instances(scope=placement.scope))
        placements.advance(run.environment, placement.release, PlacementEvent.STOPPED)
    else:
        engine.remove(placement.scope)
        placements.advance(run.environment, placement.release, PlacementEvent.REMOVE)
    apply_routing(run.world)


def each(
    act: Callable[[Workload], Sequence[Instance]], workloads: Iterable[Workload]
) -> list[Instance]:
    """Do the same to several workloads side by side; the first Problem is raised."""
    with ThreadPoolExecutor(8, thread_name_prefix="engine") as pool:
        return [instance for found in pool.map(act, workloads) for instance in found]


STEP = Step(
    name="start",
    title="start beside",
    do=start_beside,
    undo=remove_new,
    deadline_s=120.0,
)
