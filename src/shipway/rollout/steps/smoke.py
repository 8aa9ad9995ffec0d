"""Right after the switch: asks through the front door whether it works and stays up."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from shipway.errors import Problem
from shipway.journeys import trust_hints
from shipway.model.application import Application, SmokeCheck
from shipway.model.lifecycle import PlacementState
from shipway.model.workload import Health, Instance, InstanceState, Role
from shipway.rollout.evidence import last_log_lines
from shipway.rollout.probe import Answer, ask, wrong_with
from shipway.rollout.run import Run
from shipway.rollout.smoke_journeys import go_smoke_journeys, smoke_trust
from shipway.rollout.steps.services import is_ready
from shipway.rollout.traffic import joined
from shipway.saga.step import Step, Watch

PAUSE_S = 0.25


def smoke_and_soak(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ask the smoke checks, go the smoke journeys, then watch the instances for the settle and soak times.

    Workers settle from the moment at which they were started, so that what came after counts.
    """
    settled_in = run.outputs["hand-over"]["began_at"] + _settle_s(run) - run.world.clock.now()
    settled, soaked = time.monotonic() + settled_in, time.monotonic() + run.app.policy.soak_s
    before = _restarts_before(run)
    answers = {check.name: str(_smoke(run, check, watch)) for check in run.app.smoke}
    journeys = go_smoke_journeys(run, watch)
    _soak(run, before, settled, soaked, watch)
    return {"answers": answers, "journeys": journeys}


def _smoke(run: Run, check: SmokeCheck, watch: Watch) -> Answer:
    app = run.app
    answer, wrong = None, ""
    host = check.host or (app.hosts[0] if app.hosts else None)
    trust = smoke_trust(run, host)
    for attempt in range(check.attempts):
        if attempt:
            watch.pause(PAUSE_S)
        answer = ask(
            "127.0.0.1" if app.address in {"0.0.0.0", "::"} else app.address,  # noqa: S104
            app.port,
            joined(app.base_path, check.path) if check.path != "/" else _front(app),
            timeout_s=check.timeout_s,
            host=host,
            method=check.method,
            tls=trust if app.front.tls else None,
        )
        wrong = wrong_with(check, answer)
        if not wrong:
            return answer
    raise Problem(
        "smoke-failed",
        f"{check.name}: {wrong}. Requests were switched back. {run.still_serves}",
        details=[
            *(f"answer: {line}" for line in (answer.body.splitlines()[:3] if answer else ())),
            *last_log_lines(run.kit, run.kit.engine.instances(scope=run.scope)),
        ],
        hints=[f"shipway follow {run.rollout.id}", *trust_hints(wrong)],
    )


def _front(app: Application) -> str:
    base = joined(app.base_path, "/")
    return base if base == "/" else f"{base}/"


def _proven(run: Run) -> bool:
    """Return whether the release was live here before: it has settled already."""
    return run.outputs["check"]["found"] in {PlacementState.WARM, PlacementState.STOPPED}


def _restarts_before(run: Run) -> dict[str, int]:
    """Return what the instances had counted before; a new release must not have died once."""
    if not _proven(run):
        return {}
    return {item.id: item.restarts for item in run.kit.engine.instances(scope=run.scope)}


def _settle_s(run: Run) -> float:
    """Return how long what no probe asks must stay up to count as started."""
    return run.app.policy.settle_s if _unprobed(run) and not _proven(run) else 0.0


def _unprobed(run: Run) -> set[str]:
    """Return the services that no probe asks."""
    running = run.app.of_role(Role.WEB, Role.WORKER, Role.SINGLETON)
    return {service.name for service in running if service.probe is None}


def _soak(run: Run, before: Mapping[str, int], settled: float, soaked: float, watch: Watch) -> None:
    """Watch until both moments; whoever's own healthcheck says so has settled before."""
    unprobed = _unprobed(run)
    while True:
        instances = run.kit.engine.instances(scope=run.scope)
        for instance in instances:
            _refuse_fallen(run, instance, before.get(instance.id, 0))
        young = any(
            item.service in unprobed and item.health is not Health.HEALTHY for item in instances
        )
        left = (max(settled, soaked) if young else soaked) - time.monotonic()
        if left <= 0:
            return
        watch.pause(min(PAUSE_S, left))


def _refuse_fallen(run: Run, instance: Instance, restarts_before: int) -> None:
    fallen = instance.state in {InstanceState.EXITED, InstanceState.RESTARTING}
    if not fallen and instance.restarts <= restarts_before and not _unhealthy(instance):
        return
    raise Problem(
        "soak-failed",
        f"{instance.service}: {instance.name} of {run.label} did not stay up after the switch "
        f"({instance.state}, exit code {instance.exit_code}, health {instance.health}). "
        f"Requests were switched back. {run.still_serves}",
        details=last_log_lines(run.kit, [instance]),
        hints=[f"shipway follow {run.rollout.id}"],
    )


def _unhealthy(instance: Instance) -> bool:
    return instance.health == "unhealthy" and not is_ready(instance)


STEP = Step(name="smoke", title="smoke and soak", do=smoke_and_soak, deadline_s=3600.0)
