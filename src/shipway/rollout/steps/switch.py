"""The one atomic moment: the whole application's requests go to the new release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.rollout.routing import apply_routing
from shipway.rollout.run import Run
from shipway.saga.step import Step, Watch


def switch_over(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ensure that the ingress sends every new request to the new release."""
    watch.check()
    run.world.store.placements.serve(run.environment, run.release.number)
    apply_routing(run.world)
    run.world.store.rollouts.set_switched(run.rollout.id)
    return {}


def switch_back(run: Run, watch: Watch) -> None:
    """Ensure that the ingress sends every new request to the earlier release."""
    watch.check()
    run.world.store.placements.serve(run.environment, run.rollout.previous)
    apply_routing(run.world)


STEP = Step(name="switch", title="switch", do=switch_over, undo=switch_back)
