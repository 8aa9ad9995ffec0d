"""The live application, asked on a restored copy of its database.

A database that starts and counts right may still not be what the application needs.  So a
drill lets one further instance of each web service that speaks to the database look at the
copy instead, and asks it what a rollout asks after its switch.  The instance is the live
release's own, with one name in its variables made the copy's address; the ingress knows
nothing of it, and the live database is not touched by it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from shipway.errors import Problem
from shipway.model.application import Application, Probe, RouteRule, Service, SmokeCheck
from shipway.model.backup import DrillCheck
from shipway.model.names import EnvironmentId
from shipway.model.records import Release
from shipway.model.rewrite import Rewriter
from shipway.model.routes import choose, rules_by_host
from shipway.model.workload import Instance, InstanceState, Priority, Role, SecretMap, Workload
from shipway.ports import Cancelled, Engine
from shipway.rollout.evidence import last_log_lines
from shipway.rollout.probe import Answer, ask, within, wrong_with
from shipway.rollout.workloads import aliases, release_workload
from shipway.rollout.world import World

PAUSE_S = 0.2
SUFFIX = "-drill"
ANY = "0.0.0.0"  # noqa: S104 - what a variable says of its own instance stays as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationOnCopy:
    """Asks the live release of an environment; see `shipway.ports_restore.Application`."""

    world: World

    @contextmanager
    def asked(
        self,
        environment: EnvironmentId,
        service: str,
        address: str,
        *,
        cancelled: Cancelled = lambda: False,
    ) -> Iterator[tuple[DrillCheck, ...]]:
        """Yield what the application answered on the copy; its instances still run."""
        live = self.world.store.placements.live(environment)
        if live is None:
            yield ()
            return
        app = self.world.applications.get(live.fingerprint)
        release = self.world.store.catalog.release(environment.project, live.release)
        engine = self.world.kit_of(environment).engine
        names = {service: address} | {
            name: address for name, means in aliases(app).items() if means == service
        }
        with ExitStack() as stack:
            seen: list[DrillCheck] = []
            for item in app.of_role(Role.WEB):
                workload = on_copy(app, item, release, names)
                if workload is not None:
                    stack.callback(engine.remove, workload.scope, service=workload.service)
                    seen += self._ask(app, item, workload, engine, cancelled)
            yield tuple(seen)

    def _ask(
        self,
        app: Application,
        service: Service,
        workload: Workload,
        engine: Engine,
        cancelled: Cancelled,
    ) -> list[DrillCheck]:
        engine.remove(workload.scope, service=workload.service)  # of a drill that was cut off
        try:
            (instance,) = engine.start(workload, priority=Priority.BACKGROUND)
            ready = _await_ready(service, workload, engine, cancelled)
        except Problem as problem:
            if problem.kind == "cancelled":
                raise
            says = "; ".join([problem.message, *problem.details[-3:]])
            return [DrillCheck(name=f"{service.name} on the copy", passed=False, says=says)]
        if ready is None:
            lines = last_log_lines(self.world.kit_of(app.environment), [instance])
            last = "; ".join(lines[-3:])
            says = "it does not become ready on the copy"
            if last:
                says = f"it does not become ready on the copy: {last}"
            return [DrillCheck(name=f"{service.name} on the copy", passed=False, says=says)]
        checks = [
            ask_instance(app, check, ready, service.port or 0)
            for check in app.smoke
            if (rule := route_of(app, check)) is not None and rule.service == service.name
        ]
        return checks or [
            DrillCheck(name=f"{service.name} on the copy", passed=True, says="it is ready")
        ]


def on_copy(
    app: Application, service: Service, release: Release, names: dict[str, str]
) -> Workload | None:
    """Return one further instance that looks at the copy; None where nothing names it.  Pure.

    names: host names of the database, and the copy's address.
    """
    base = release_workload(app, service, release)
    if service.port is None:
        return None
    rewriter = Rewriter(own=ANY, names=names)
    variables = {key: rewriter.variable(key, value) for key, value in base.environment.items()}
    if variables == dict(base.environment):
        return None
    return replace(
        base,
        service=f"{service.name}{SUFFIX}",
        replicas=1,
        environment=SecretMap(variables),
    )


def route_of(app: Application, check: SmokeCheck) -> RouteRule | None:
    """Return the rule that takes a smoke check's request, as the ingress chooses it.  Pure."""
    host = check.host or next(iter(app.hosts), None)
    return choose(rules_by_host(app), host, check.path.partition("?")[0])


def seen_path(app: Application, check: SmokeCheck) -> str:
    """Return the path of a smoke check as the ingress would pass it on.  Pure."""
    rule = route_of(app, check)
    if rule is None or not rule.strip:
        return check.path
    return f"/{check.path.removeprefix(rule.path).lstrip('/')}"


def ask_instance(app: Application, check: SmokeCheck, instance: Instance, port: int) -> DrillCheck:
    """Ask one smoke check of an instance itself, as often as the check may be tried."""
    path = seen_path(app, check)
    answer: Answer | None = None
    for attempt in range(check.attempts):
        if attempt:
            time.sleep(PAUSE_S)
        answer = ask(
            str(instance.address),
            port,
            path,
            timeout_s=check.timeout_s,
            host=check.host or (app.hosts[0] if app.hosts else None),
            method=check.method,
        )
        if not wrong_with(check, answer):
            return DrillCheck(name=f"smoke: {check.name}", passed=True, says=str(answer))
    told = f"{answer}" + (f", wanted with {check.contains!r}" if check.contains else "")
    return DrillCheck(name=f"smoke: {check.name}", passed=False, says=told)


def _await_ready(
    service: Service, workload: Workload, engine: Engine, cancelled: Cancelled
) -> Instance | None:
    probe = service.probe or Probe()
    until = time.monotonic() + probe.deadline_s
    while time.monotonic() < until:
        if cancelled():
            raise Problem("cancelled", "The drill was cancelled.")
        found = [
            item
            for item in engine.instances(scope=workload.scope)
            if item.service == workload.service
        ]
        if not found or found[0].state is InstanceState.EXITED or found[0].restarts:
            return None
        if found[0].address and any(
            within(
                ask(
                    found[0].address,
                    service.port or 0,
                    path,
                    timeout_s=probe.timeout_s,
                    host=probe.host,
                ).status,
                probe.status,
            )
            for path in probe.paths
        ):
            return found[0]
        time.sleep(PAUSE_S)
    return None
