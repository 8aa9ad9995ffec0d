"""Waiting until the new release has proved itself, and saying why where it does not."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shipway.errors import Problem
from shipway.model.application import Probe, Service
from shipway.model.workload import Instance, InstanceState, Role
from shipway.rollout.evidence import last_log_lines
from shipway.rollout.probe import Answer, ask_probe
from shipway.rollout.run import Run
from shipway.rollout.steps.others import Others
from shipway.rollout.steps.services import is_ready
from shipway.saga.step import Step, Watch

RESTARTS_GIVEN_UP = 3
BOOT_S = 10.0
QUICK_S = 0.02
"""Between two questions while nobody listens yet: a refused connection costs an instance nothing,
and the whole rollout waits for the first good answer.  For BOOT_S at most; then as declared."""
_TAKEN = ("Address already in use", "EADDRINUSE", "address already in use")
ADDRESS_HINT = (
    "let the program take the address that it listens on from a variable, such as HOST: 0.0.0.0 "
    "in the Compose file; what stands in its code collides (docs/process-engine.md, Addresses)"
)


def await_healthy(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Wait until every web instance of the release is healthy."""
    return {"answers": await_services(run, run.app.of_role(Role.WEB), watch)}


def await_services(run: Run, services: Sequence[Service], watch: Watch) -> dict[str, str]:
    """Wait until all instances of these services of the release are healthy; return their answers.

    Raises Problem `unhealthy`, `no-health-endpoint`.
    """
    others = Others(frozenset(service.name for service in services))

    def one(service: Service) -> dict[str, str]:
        with others.told(service):
            return await_service(run, service, watch, others)

    with ThreadPoolExecutor(max(1, len(services)), thread_name_prefix="probe") as pool:
        answers = list(pool.map(one, services))
    return {name: said for found in answers for name, said in found.items()}


def is_healthy_now(run: Run, service: Service) -> bool:
    """Return whether all instances of a service of the release are healthy right now."""
    probe = service.probe or Probe()
    instances = _instances(run, service)
    return len(instances) >= service.replicas and all(
        _is_healthy(service, probe, instance, {}) for instance in instances
    )


def _instances(run: Run, service: Service) -> list[Instance]:
    found = run.kit.engine.instances(scope=run.scope)
    return [item for item in found if item.service == service.name]


def await_service(run: Run, service: Service, watch: Watch, others: Others) -> dict[str, str]:
    """Wait until all instances of a service of the release are healthy; return their answers.

    Nothing, where one of those fails that it needs.
    """
    probe = service.probe or Probe()
    turn = others.turn_of(service)
    began = time.monotonic()
    passed: dict[str, int] = {}
    last: dict[str, Answer] = {}
    while True:
        instances = _instances(run, service)
        if turn.comes(instances):
            began = time.monotonic()
        if turn.start_again(run, service, instances):
            watch.check()
            continue
        for instance in instances:
            if not turn.waits:
                _refuse_crashing(run, service, instance, turn.fell.get(instance.id, 0))
            good = _is_healthy(service, probe, instance, last)
            passed[instance.id] = passed.get(instance.id, 0) + 1 if good else 0
        if len(instances) >= service.replicas and all(
            passed[item.id] >= probe.successes for item in instances
        ):
            return {item.name: str(last[item.id]) for item in instances if item.id in last}
        if turn.hopeless:
            return {}
        took = time.monotonic() - began
        if took > probe.deadline_s and not turn.waits:
            raise _unhealthy(run, service, probe, instances, last)
        boots = service.probe is not None and took < BOOT_S and _are_silent(instances, last)
        watch.pause(min(QUICK_S, probe.interval_s) if boots else probe.interval_s)


def _is_healthy(
    service: Service, probe: Probe, instance: Instance, last: dict[str, Answer]
) -> bool:
    if instance.state is not InstanceState.RUNNING or instance.address is None:
        return False
    if service.port is None or service.probe is None:
        return is_ready(instance)
    good, last[instance.id] = ask_probe(probe, instance.address, service.port)
    return good


def _are_silent(instances: Sequence[Instance], last: Mapping[str, Answer]) -> bool:
    """Return whether nobody listens yet in any of the instances."""
    return all(item.id not in last or last[item.id].refused for item in instances)


def _refuse_crashing(run: Run, service: Service, instance: Instance, fell: int) -> None:
    """Raise at once where an instance has ended for good or keeps dying.

    fell: how often it died while it was waiting for others.
    """
    ended = instance.state is InstanceState.EXITED
    died = instance.restarts - fell
    if not ended and died < RESTARTS_GIVEN_UP:
        return
    who = f"{service.name}: {instance.name} of {run.label}"
    message = (
        f"{who} ended with exit code {instance.exit_code}. {run.still_serves}"
        if ended
        else f"{who} died {died} times while starting. {run.still_serves}"
    )
    said = last_log_lines(run.kit, [instance])
    taken = any(word in line for line in said for word in _TAKEN)
    raise Problem(
        "unhealthy",
        message,
        details=said,
        hints=[*((ADDRESS_HINT,) if taken else ()), f"shipway follow {run.rollout.id}"],
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
    kind, name, spent = "unhealthy", service.name, f"{probe.deadline_s:g} s"
    if answer is not None and answer.status in {404, 405}:
        kind = "no-health-endpoint"
        message = f"{name}: has no health endpoint: {answer} for {spent}. {run.still_serves}"
        hints.insert(
            0, f"name one in shipway.yaml: services: {{{service.name}: {{health: /your/path}}}}"
        )
    elif answer is not None:
        message = (
            f"{name}: release {run.label} failed its health check: {answer} for {spent}."
            f" {run.still_serves}"
        )
        hints = [*_by_status(name, probe, answer.status), *hints]
    else:
        message = f"{name}: release {run.label} did not start for {spent}. {run.still_serves}"
    body = [f"answer: {line}" for line in answer.body.splitlines()[:3]] if answer else []
    return Problem(
        kind,
        message,
        source=service.source,
        details=[*body, *last_log_lines(run.kit, [failing] if failing else [])],
        hints=hints,
    )


def _by_status(name: str, probe: Probe, status: int | None) -> list[str]:
    """Return what to type where the status tells why the answer is not good."""
    if status == 400 and probe.host:
        return [
            (
                f"does it refuse the name {probe.host} (Django: ALLOWED_HOSTS)? Let it in, or name"
                f" another in shipway.yaml: services: {{{name}: {{health: {{host: NAME}}}}}}"
            )
        ]
    if status in {401, 403}:
        return [
            (
                "name a page that needs no login in shipway.yaml:"
                f" services: {{{name}: {{health: /your/path}}}}"
            )
        ]
    return []


STEP = Step(
    name="healthy",
    title="healthy",
    do=await_healthy,
    deadline_s=900.0,
)
