"""Putting an environment to sleep and waking it, by hand."""

from __future__ import annotations

from typing import Any

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, Who
from shipway.errors import Problem
from shipway.rollout.reconcile import revive
from shipway.rollout.sleep import fall_asleep, refuse_sleep, wake

router = Routes(prefix="/projects/{project}/environments/{environment}", tags=["environments"])


@router.post("/sleep")
def sleep(service: Services, environment: Environment, who: Who) -> dict[str, Any]:
    """Stop the environment's stateless instances until somebody asks for it."""
    live = service.live(environment)
    refuse_sleep(service.world.applications.get(live.fingerprint))
    with service.checking.held(environment):  # its requests would wake it at once
        asleep = fall_asleep(service.world, environment, who)
    if not asleep:
        raise Problem(
            "busy",
            f"{environment}: a rollout runs or it is just waking; it stays awake.",
            hints=["shipway status"],
        )
    return {"asleep": str(environment)}


@router.post("/wake")
def wake_up(service: Services, environment: Environment, who: Who) -> dict[str, Any]:
    """Start them again, and answer when they are healthy."""
    service.live(environment)
    wake(service.world, environment, who)
    revive(service.world, environment)
    return {"awake": str(environment)}
