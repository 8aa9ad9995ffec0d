"""Stateful services: there, ready, and never replaced."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

from shipway.errors import Problem
from shipway.model.application import Service
from shipway.model.names import Scope
from shipway.model.workload import Artifact, Health, Instance, InstanceState, Role, Workload
from shipway.rollout.copies import fetch_missing
from shipway.rollout.evidence import last_log_lines
from shipway.rollout.masking import copy_data
from shipway.rollout.run import Run
from shipway.rollout.store_answers import answers, usual_port
from shipway.rollout.workloads import stateful_workload
from shipway.saga.step import Step, Watch

READY_DEADLINE_S = 120.0
RESTARTS_GIVEN_UP = 3
YOUNG_S = 5.0
STEADY_S = 3.0
ASK_S = 5.0


def ensure_services(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ensure that the environment's stateful services run and are ready."""
    app = run.app
    fetch_missing(run, app, watch)
    workloads = [data_workload(run, service) for service in app.of_role(Role.STATEFUL)]
    for workload in workloads:
        run.kit.engine.start(workload)
    for workload in workloads:
        await_ready(run, workload, watch)
    copy_data(run, workloads, watch)
    return {"services": [workload.service for workload in workloads]}


def data_workload(run: Run, service: Service) -> Workload:
    """Return the workload of a stateful service, on the generation of its data that counts."""
    generation = run.world.generations.generation(run.environment, service.name)
    return stateful_workload(run.app, service, stateful_artifact(run, service), generation)


def stateful_artifact(run: Run, service: Service) -> Artifact:
    """Return the artifact that the service runs on: the one it has, else the release's.

    A running database keeps its image: only an explicit plan may change it.
    """
    live = run.previous
    if live is not None:
        project = run.environment.project
        artifacts = run.world.store.catalog.release(project, live.release).artifacts
        if service.name in artifacts and service.name in _stateful_before(run):
            return artifacts[service.name]
    return run.release.artifacts[service.name]


def _stateful_before(run: Run) -> set[str]:
    app = run.previous_app
    return {service.name for service in app.of_role(Role.STATEFUL)} if app else set()


def await_ready(run: Run, workload: Workload, watch: Watch) -> None:
    """Wait until the workload's instances run and their healthcheck, if any, agrees."""
    scope = Scope(environment=run.environment)
    while True:
        instances = [
            item
            for item in run.kit.engine.instances(scope=scope)
            if item.service == workload.service
        ]
        if instances and all(
            is_up(workload, item) or says_ready(run, workload, item) for item in instances
        ):
            return
        if any(_is_hopeless(item) for item in instances):
            raise _not_ready(run, workload, instances)
        try:
            watch.pause(0.05)
        except Problem as problem:
            if problem.kind != "deadline":
                raise
            raise _not_ready(run, workload, instances) from None


def is_ready(instance: Instance) -> bool:
    """Return whether the instance runs and no healthcheck says otherwise."""
    return instance.state is InstanceState.RUNNING and instance.health in {
        Health.NONE,
        Health.HEALTHY,
    }


def is_up(workload: Workload, instance: Instance) -> bool:
    """Return whether the instance is ready, as far as can be told without asking it more.

    A store without a healthcheck runs for a moment before it refuses its data and ends: it is
    up when it answers, or, where its port is not the usual one, has lived a while.
    """
    if not is_ready(instance):
        return False
    if instance.health is Health.HEALTHY or usual_port(workload) is None:
        return True
    lived = instance.started_at is None or time.time() - instance.started_at >= STEADY_S
    return lived or answers(workload, instance)


def says_ready(run: Run, workload: Workload, instance: Instance) -> bool:
    """Return whether the instance's own healthcheck passes when it is asked right now.

    An engine asks at the declared interval only, first after one of them: ten seconds, with
    the usual figures, for a database that is ready in two.  Official images run a server for
    their set-up first, which answers healthchecks but takes no connections over the network;
    so only stores are asked whose port is known, and that must be open too.
    """
    if instance.state is not InstanceState.RUNNING or instance.health is not Health.STARTING:
        return False
    if not answers(workload, instance):
        return False
    test = (workload.definition.get("healthcheck") or {}).get("test") or ()
    argv = {"CMD": test[1:], "CMD-SHELL": ["/bin/sh", "-c", *test[1:]]}.get(test[0] if test else "")
    if not argv:
        return False
    command = run.kit.console.exec_argv(instance, [str(word) for word in argv], tty=False)
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=ASK_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _is_hopeless(instance: Instance) -> bool:
    """Return whether it has ended, or keeps dying within a few seconds of each start."""
    if instance.state is InstanceState.EXITED:
        return True
    dying = instance.restarts >= RESTARTS_GIVEN_UP and not is_ready(instance)
    young = instance.started_at is None or time.time() - instance.started_at < YOUNG_S
    return dying and young and instance.health is not Health.STARTING


def _not_ready(run: Run, workload: Workload, instances: Sequence[Instance]) -> Problem:
    states = ", ".join(
        f"{item.name} is {item.state}, {item.restarts} restarts, health {item.health}"
        for item in instances
    )
    return Problem(
        "service-not-ready",
        f"{workload.service} does not get ready ({states or 'no instance'}). {run.still_serves}",
        details=last_log_lines(run.kit, instances),
        hints=[f"shipway logs {workload.service} {run.environment.name}"],
    )


STEP = Step(
    name="services",
    title="data services ready",
    do=ensure_services,
    stays="data services and their volumes stay as they are",
    deadline_s=READY_DEADLINE_S,
)
