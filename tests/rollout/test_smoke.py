"""How long what no probe asks is watched after the switch."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.errors import Problem
from shipway.model.application import Application, Policy, Service
from shipway.model.lifecycle import PlacementState
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Health, Instance, InstanceState, Role
from shipway.rollout.steps.smoke import smoke_and_soak
from shipway.saga.step import Watch

SHOP = EnvironmentId("shop", "production")
SETTLE_S = 0.8


def after_the_switch(
    *instances: tuple[Health, InstanceState], found: PlacementState = PlacementState.STARTING
) -> float:
    """Return how long a release with such workers is watched, in seconds."""
    scope = Scope(SHOP, 2)
    app = Application(
        environment=SHOP,
        services=(Service(name="worker", role=Role.WORKER, definition={}),),
        routes=(),
        port=4500,
        policy=Policy(settle_s=SETTLE_S),
    )
    running = tuple(
        Instance(
            id=str(index), scope=scope, service="worker", index=index, state=state, health=health
        )
        for index, (health, state) in enumerate(instances, 1)
    )
    engine = SimpleNamespace(instances=lambda **_: running)
    console = SimpleNamespace(logs=lambda *_, **__: iter(()))
    run = SimpleNamespace(
        app=app,
        scope=scope,
        label="r2",
        still_serves="r1 serves.",
        rollout=SimpleNamespace(id=7),
        kit=SimpleNamespace(engine=engine, console=console),
        world=SimpleNamespace(clock=SimpleNamespace(now=time.time)),
        outputs={"hand-over": {"began_at": time.time()}, "check": {"found": found}},
    )
    began = time.monotonic()
    smoke_and_soak(cast("Any", run), Watch.start("smoke", 30.0))
    return time.monotonic() - began


RUNS = InstanceState.RUNNING


def test_a_worker_without_a_healthcheck_must_stay_up_for_a_while() -> None:
    assert after_the_switch((Health.NONE, RUNS)) >= SETTLE_S


def test_one_whose_own_healthcheck_is_content_has_settled() -> None:
    assert after_the_switch((Health.HEALTHY, RUNS), (Health.HEALTHY, RUNS)) < SETTLE_S / 2


def test_the_slowest_counts() -> None:
    assert after_the_switch((Health.HEALTHY, RUNS), (Health.STARTING, RUNS)) >= SETTLE_S


def test_what_was_live_before_has_settled_long_ago() -> None:
    assert after_the_switch((Health.NONE, RUNS), found=PlacementState.WARM) < SETTLE_S / 2


@pytest.mark.parametrize("state", [InstanceState.EXITED, InstanceState.RESTARTING])
def test_a_worker_that_falls_meanwhile_is_no_success(state: InstanceState) -> None:
    with pytest.raises(Problem) as fallen:
        after_the_switch((Health.HEALTHY, RUNS), (Health.NONE, state))
    assert fallen.value.kind == "soak-failed"
