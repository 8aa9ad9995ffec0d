"""The new release is the live one; the old is kept warm, and the tags tell the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.model.lifecycle import PlacementEvent, PlacementState
from shipway.model.names import EnvironmentId
from shipway.model.workload import Role
from shipway.rollout.choice import earlier_release
from shipway.rollout.run import Run
from shipway.rollout.steps.start import bring_forward
from shipway.rollout.world import World
from shipway.saga.step import Step, Watch


def retire_old(run: Run, _watch: Watch) -> Mapping[str, Any]:
    """Ensure that the new placement is live and the earlier ones are on their way out."""
    bring_forward(run, Role.WORKER, Role.SINGLETON)
    placements = run.world.store.placements
    number = run.release.number
    live = placements.live(run.environment)
    now = run.world.clock.now()
    if live is not None and live.release != number:
        placements.advance(
            run.environment,
            live.release,
            PlacementEvent.RETIRE,
            warm_until=now + run.app.policy.keep_warm_s,
        )
    placements.advance(run.environment, number, PlacementEvent.GO_LIVE)
    for placement in placements.in_environment(run.environment):
        newest = live is not None and placement.release == live.release
        if placement.state is PlacementState.WARM and not newest:
            placements.cool(run.environment, placement.release)
    tag_artifacts(run.world, run.environment)
    return {}


def tag_artifacts(world: World, environment: EnvironmentId) -> None:
    """Ensure that `:ENVIRONMENT` names what is live, and `:rollback` what would come back."""
    live = world.store.placements.live(environment)
    builder = world.kit_of(environment).builder
    if live is None:
        return
    tags = {environment.name: live.release}
    if environment.name == "production":
        earlier = earlier_release(world.store, environment)
        if earlier is not None:
            tags["rollback"] = earlier.release
    for tag, number in tags.items():
        release = world.store.catalog.release(environment.project, number)
        for artifact in release.artifacts.values():
            if artifact.built:
                builder.tag(environment.project, artifact, tag)


STEP = Step(
    name="retire",
    title="retire the old release",
    do=retire_old,
    forward_only=True,
)
