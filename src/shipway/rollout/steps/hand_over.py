"""Workers and singletons: the old stop taking jobs, the new begin.

A worker of the old release finishes what it holds, which may take long; nobody waits for
it.  A singleton is gone before its successor starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shipway.model.application import Application
from shipway.model.names import Scope
from shipway.model.records import Placement
from shipway.model.workload import Instance, InstanceState, Role
from shipway.rollout.run import Run
from shipway.rollout.steps.start import each, start_behind
from shipway.rollout.workloads import release_workloads
from shipway.rollout.world import EngineKit, World
from shipway.saga.step import Step, Watch

RUNS = (InstanceState.RUNNING, InstanceState.RESTARTING, InstanceState.STOPPING)


def hand_over(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ensure that only the new release takes jobs."""
    watch.check()
    _await_stopped(run, run.scope, watch)
    previous, previous_app = run.previous, run.previous_app
    leaving = previous is not None and previous.release != run.release.number
    with ThreadPoolExecutor(1, thread_name_prefix="hand-over") as pool:
        if leaving and previous is not None and previous_app is not None:
            stop_workers_in_background(run.world, previous, previous_app, but=Role.SINGLETON)
            workers = pool.submit(_begin, run, Role.WORKER)
            _stop_singletons(run.kit, previous, previous_app)
        else:
            workers = pool.submit(_begin, run, Role.WORKER)
        started = [*_begin(run, Role.SINGLETON), *workers.result()]
    names = [item.name for item in started]
    return {"started": names, "began_at": run.world.clock.now()}


def _begin(run: Run, role: Role) -> Sequence[Instance]:
    return each(start_behind(run), release_workloads(run.app, run.release, role))


def hand_back(run: Run, watch: Watch) -> None:
    """Ensure that only the earlier release takes jobs."""
    if run.rollout.release is None or run.rollout.release == run.rollout.previous:
        return
    engine = run.kit.engine
    takers = {service.name for service in run.app.of_role(Role.WORKER, Role.SINGLETON)}
    engine.stop([item for item in running(run.kit, run.scope) if item.service in takers])
    previous, previous_app = run.previous, run.previous_app
    if previous is None or previous_app is None:
        return
    release = run.world.store.catalog.release(run.environment.project, previous.release)
    workloads = release_workloads(previous_app, release, Role.WORKER, Role.SINGLETON)
    _await_stopped(run, previous.scope, watch)
    each(engine.start, workloads)


def _await_stopped(run: Run, scope: Scope, watch: Watch) -> None:
    """Wait for workers of the scope that still finish their last job: they start behind it."""
    told = False
    while run.world.stops.going_on(scope) or any(
        item.state is InstanceState.STOPPING for item in run.kit.engine.instances(scope=scope)
    ):
        if not told:
            run.note("hand-over", f"workers of {scope} finish what they hold before they go on")
            told = True
        watch.pause(0.05)


def running(kit: EngineKit, scope: Scope) -> Sequence[Instance]:
    """Return the instances of a scope that run."""
    return [item for item in kit.engine.instances(scope=scope) if item.state in RUNS]


def _stop_singletons(kit: EngineKit, placement: Placement, app: Application) -> None:
    names = {service.name for service in app.of_role(Role.SINGLETON)}
    kit.engine.stop([item for item in running(kit, placement.scope) if item.service in names])


def stop_workers_in_background(
    world: World, placement: Placement, app: Application, *, but: Role | None = None
) -> None:
    """Tell a release's workers and singletons to stop, and let them finish what they hold.

    A daemon that dies meanwhile takes this up again: a retired release's workers are
    stopped whenever they are found running.  but: a role that the caller stops itself.
    """
    kit = world.kit_of(placement.environment)
    roles = [role for role in (Role.WORKER, Role.SINGLETON) if role is not but]
    names = {service.name for service in app.of_role(*roles)}
    still = [item for item in running(kit, placement.scope) if item.service in names]
    if still:
        world.stops.begin(kit.engine, placement.scope, still)


STEP = Step(
    name="hand-over",
    title="hand over workers",
    do=hand_over,
    undo=hand_back,
    deadline_s=3600.0,
)
