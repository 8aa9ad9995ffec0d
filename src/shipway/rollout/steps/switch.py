"""The one atomic moment: the whole application's requests go to the new release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.model.workload import Role
from shipway.rollout.connections import await_drained
from shipway.rollout.routing import apply_routing
from shipway.rollout.run import Run
from shipway.rollout.steps.start import bring_forward
from shipway.saga.step import Step, Watch

UNDER_WAY_S = 5.0
"""For requests under way when it is switched back; longer ones end with the instance's grace."""


def switch_over(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ensure that the ingress sends every new request to the new release."""
    watch.check()
    bring_forward(run, Role.WEB)
    run.world.store.placements.serve(run.environment, run.release.number)
    apply_routing(run.world)
    run.world.store.rollouts.set_switched(run.rollout.id)
    return {}


def switch_back(run: Run, watch: Watch) -> None:
    """Ensure that the ingress sends every new request to the earlier release.

    Requests that the new one has already taken are given a while to be answered, because
    what comes next stops it.
    """
    watch.check()
    run.world.store.placements.serve(run.environment, run.rollout.previous)
    apply_routing(run.world)
    new = run.world.store.placements.get(run.environment, run.release.number)
    if new is not None:
        await_drained(run.world, new, watch, limit_s=UNDER_WAY_S)


STEP = Step(name="switch", title="switch", do=switch_over, undo=switch_back)
