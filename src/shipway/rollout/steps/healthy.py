"""Waiting until the new release has proved itself, and saying why where it does not."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shipway.errors import Problem
from shipway.model.application import Probe, Service
from shipway.model.workload import Instance, InstanceState, Role
from shipway.rollout.evidence import last_log_lines
from shipway.rollout.probe import Answer, ask_probe
from shipway.rollout.run import Run
from shipway.rollout.steps.services import is_ready
from shipway.saga.step import Step, Watch

RESTARTS_GIVEN_UP = 3


def await_healthy(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Wait until every web instance of the release is healthy."""
    services = run.app.of_role(Role.WEB)
    with ThreadPoolExecutor(max(1, len(services)), thread_name_prefix="probe") as pool:
        answers = list(pool.map(lambda service: _await_service(run, service, watch), services))
    return {"answers": {name: said for found in answers for name, said in found.items()}}


def _await_service(run: Run, service: Service, watch: Watch) -> dict[str, str]:
    probe = service.probe or Probe()
    began = time.monotonic()
    passed: dict[str, int] = {}
    last: dict[str, Answer] = {}
    while True:
        instances = [
            item
            for item in run.kit.engine.instances(scope=run.scope)
            if item.service == service.name
        ]
        for instance in instances:
            _refuse_crashing(run, service, instance)
            good = _is_healthy(service, probe, instance, last)
            passed[instance.id] = passed.get(instance.id, 0) + 1 if good else 0
        if len(instances) >= service.replicas and all(
            passed[item.id] >= probe.successes for item in instances
        ):
            return {item.name: str(last[item.id]) for item in instances if item.id in last}
        if time.monotonic() - began > probe.deadline_s:
            raise _unhealthy(run, service, probe, instances, last)
        watch.pause(probe.interval_s)


def _is_healthy(
    service: Service, probe: Probe, instance: Instance, last: dict[str, Answer]
) -> bool:
    if instance.state is not InstanceState.RUNNING or instance.address is None:
        return False
    if service.port is None or service.probe is None:
        return is_ready(instance)
    good, last[instance.id] = ask_probe(probe, instance.address, service.port)
    return good


def _refuse_crashing(run: Run, service: Service, instance: Instance) -> None:
    """Raise at once where an instance has ended for good or keeps dying."""
    ended = instance.state is InstanceState.EXITED
    if not ended and instance.restarts < RESTARTS_GIVEN_UP:
        return
    how = (
        f"ended with exit code {instance.exit_code}"
        if ended
        else f"died {instance.restarts} times while starting"
    )
    raise Problem(
        "unhealthy",
        f"{service.name}: {instance.name} of {run.label} {how}. {run.still_serves}",
        details=last_log_lines(run.kit, [instance]),
        hints=[f"shipway follow {run.rollout.id}"],
    )


def _unhealthy(
    run: Run,
    service: Service,
    probe: Probe,
    instances: list[Instance],
    last: Mapping[str, Answer],
) -> Problem:
    failing = next(
        (item for item in instances if item.id in last), instances[0] if instances else None
    )
    answer = last.get(failing.id) if failing else None
    hints = [f"shipway follow {run.rollout.id}"]
    if answer is not None and answer.status in {404, 405}:
        kind, said = "no-health-endpoint", f"has no health endpoint: {answer}"
        hints.insert(
            0, f"name one in shipway.yaml: services: {{{service.name}: {{health: /your/path}}}}"
        )
    elif answer is not None:
        kind, said = "unhealthy", f"release {run.label} failed its health check: {answer}"
    else:
        kind, said = "unhealthy", f"release {run.label} did not start"
    body = [f"answer: {line}" for line in answer.body.splitlines()[:3]] if answer else []
    return Problem(
        kind,
        f"{service.name}: {said} for {probe.deadline_s:g} s. {run.still_serves}",
        source=service.source,
        details=[*body, *last_log_lines(run.kit, [failing] if failing else [])],
        hints=hints,
    )


STEP = Step(
    name="healthy",
    title="healthy",
    do=await_healthy,
    deadline_s=900.0,
)
