"""Taking an environment down: its instances, its routes and, on request, its data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from shipway.errors import Problem
from shipway.model.lifecycle import PlacementEvent, PlacementState
from shipway.model.names import EnvironmentId, Scope
from shipway.rollout.retirement import prune
from shipway.rollout.routing import apply_routing
from shipway.rollout.world import World

AT_ONCE = 4


def destroy_environment(
    world: World, environment: EnvironmentId, who: str, *, data: bool = False
) -> tuple[str, ...]:
    """Ensure that nothing of the environment runs; with `data`, that its volumes are gone.

    Returns the names of the volumes that were removed.  Without `data` they all stay.
    """
    active = world.store.rollouts.active(environment)
    if active is not None:
        raise Problem(
            "environment-locked",
            f"{environment}: rollout #{active.id} is {active.state}. Nothing was changed.",
            hints=[f"shipway abort {active.id}"],
        )
    if world.store.catalog.engine_of(environment) is None:
        raise Problem(
            "no-environment",
            f"{environment} was never rolled out here.",
            hints=["shipway status"],
        )
    engine = world.kit_of(environment).engine
    world.store.placements.serve(environment, None)
    world.store.sleeps.end(environment)
    apply_routing(world)
    world.wakers.close(environment)
    placements = world.store.placements.in_environment(environment)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="destroy") as pool:
        # each ends in its own grace: the live release and a warm one need not queue for it
        list(pool.map(engine.remove, [item.scope for item in placements]))
    for placement in placements:
        if placement.state is not PlacementState.REMOVED:
            world.store.placements.advance(environment, placement.release, PlacementEvent.REMOVE)
    engine.remove(Scope(environment=environment))
    prune(world, environment.project)
    removed: tuple[str, ...] = ()
    if data:
        removed = engine.remove_data(environment)
        world.store.placements.forget_jobs(environment)
    world.store.audit.add(who, "destroy", environment, details={"volumes": list(removed)})
    return removed
