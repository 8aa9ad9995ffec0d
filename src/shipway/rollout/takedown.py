"""Taking a whole project down: all its environments and previews, and what only they needed.

Leaves backups and the vault's secrets where they are: they are what a project can come back
from.  Safe to repeat: what a takedown that was cut short has left, the next one takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shipway.errors import Problem
from shipway.model.names import EnvironmentId, release_label
from shipway.rollout.destroy import destroy_environment
from shipway.rollout.previews import destroy_preview
from shipway.rollout.retirement import prune
from shipway.rollout.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """An environment that goes.  live: its release, None where it has none; branch: a preview's."""

    environment: EnvironmentId
    engine: str
    live: str | None
    instances: int
    branch: str | None


def plan_takedown(world: World, project: str) -> tuple[Going, ...]:
    """Return what would go, previews first.  Changes nothing.

    Raises Problem `no-project`, `environment-locked`.
    """
    catalog = world.store.catalog
    if catalog.project(project) is None:
        raise Problem("no-project", f"{project} was never deployed here.", hints=["shipway status"])
    known = dict(catalog.environments(project))
    previews = {item.environment: item.branch for item in world.store.previews.all(project)}
    everything = [*previews, *(item for item in known if item not in previews)]
    _refuse_while_busy(world, everything)
    return tuple(
        _going(world, item, known.get(item, world.default_engine), previews.get(item))
        for item in everything
    )


def take_down(
    world: World, project: str, who: str, *, data: bool = False
) -> Mapping[EnvironmentId, tuple[str, ...]]:
    """Ensure that nothing of the project runs, is routed or is kept for a way back.

    data: volumes go too, and with them the environments themselves; without it only the
    previews' do.  Returns the volumes that were removed, by environment.
    """
    going = plan_takedown(world, project)
    removed: dict[EnvironmentId, tuple[str, ...]] = {}
    for item in going:
        if item.branch is not None:
            removed[item.environment] = destroy_preview(world, item.environment, who)
        else:
            removed[item.environment] = destroy_environment(world, item.environment, who, data=data)
    prune(world, project)
    if data:
        for item in going:
            world.store.maintenance.open(item.environment)
            world.store.catalog.retire(item.environment)
    world.store.audit.add(
        who,
        "destroy-project",
        project=project,
        details={"environments": [item.environment.name for item in going], "data": data},
    )
    return removed


def _refuse_while_busy(world: World, environments: list[EnvironmentId]) -> None:
    active = [found for item in environments if (found := world.store.rollouts.active(item))]
    if active:
        told = ", ".join(f"#{item.id} in {item.environment.name}" for item in active)
        raise Problem(
            "environment-locked",
            f"{environments[0].project}: rollouts are under way ({told}). Nothing was changed.",
            hints=[f"shipway abort {active[0].id}"],
        )


def _going(world: World, environment: EnvironmentId, engine: str, branch: str | None) -> Going:
    placement = world.store.placements.live(environment)
    found = world.kit(engine).engine.instances(environment)
    return Going(
        environment=environment,
        engine=engine,
        live=release_label(placement.release) if placement else None,
        instances=len(found),
        branch=branch,
    )
