"""Right after the switch: asks through the front door whether it works and stays up."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from shipway.errors import Problem
from shipway.model.application import Application, SmokeCheck
from shipway.model.lifecycle import PlacementState
from shipway.model.workload import Instance, InstanceState, Role
from shipway.rollout.evidence import last_log_lines
from shipway.rollout.probe import Answer, ask, within
from shipway.rollout.run import Run
from shipway.rollout.smoke_journeys import go_smoke_journeys
from shipway.rollout.steps.services import is_ready
from shipway.rollout.traffic import joined
from shipway.saga.step import Step, Watch

PAUSE_S = 0.25


def smoke_and_soak(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ask the smoke checks, go the smoke journeys, then watch the instances for the settle and soak times.

    Workers settle from the moment at which they were started, so that what came after counts.
    """
    settled_in = run.outputs["hand-over"]["began_at"] + _settle_s(run) - run.world.clock.now()
    until = time.monotonic() + max(settled_in, run.app.policy.soak_s)
    before = _restarts_before(run)
    answers = {check.name: str(_smoke(run, check, watch)) for check in run.app.smoke}
    journeys = go_smoke_journeys(run, watch)
    _soak(run, before, until, watch)
    return {"answers": answers, "journeys": journeys}


def _smoke(run: Run, check: SmokeCheck, watch: Watch) -> Answer:
    app = run.app
    answer, wrong = None, ""
    for attempt in range(check.attempts):
        if attempt:
            watch.pause(PAUSE_S)
        answer = ask(
            "127.0.0.1" if app.address in {"0.0.0.0", "::"} else app.address,  # noqa: S104
            app.port,
            joined(app.base_path, check.path) if check.path != "/" else _front(app),
            timeout_s=check.timeout_s,
            host=check.host or (app.hosts[0] if app.hosts else None),
            method=check.method,
            tls=app.front.tls is not None,
        )
        wrong = _wrong(check, answer)
        if not wrong:
            return answer
    raise Problem(
        "smoke-failed",
        f"{check.name}: {wrong}. Requests were switched back. {run.still_serves}",
        details=[
            *(f"answer: {line}" for line in (answer.body.splitlines()[:3] if answer else ())),
            *last_log_lines(run.kit, run.kit.engine.instances(scope=run.scope)),
        ],
        hints=[f"shipway follow {run.rollout.id}"],
    )


def _front(app: Application) -> str:
    base = joined(app.base_path, "/")
    return base if base == "/" else f"{base}/"


def _wrong(check: SmokeCheck, answer: Answer) -> str:
    """Return what is wrong with the answer, empty where it is good."""
    if not within(answer.status, check.status):
        return str(answer)
    if check.contains is not None and check.contains not in answer.body:
        return f"{answer}, but without {check.contains!r}"
    return ""


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
    unprobed = any(
        service.probe is None for service in run.app.of_role(Role.WEB, Role.WORKER, Role.SINGLETON)
    )
    return run.app.policy.settle_s if unprobed and not _proven(run) else 0.0


def _soak(run: Run, before: Mapping[str, int], until: float, watch: Watch) -> None:
    while True:
        for instance in run.kit.engine.instances(scope=run.scope):
            _refuse_fallen(run, instance, before.get(instance.id, 0))
        left = until - time.monotonic()
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
