"""What the routes call: the daemon's use cases, gathered."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from shipway.api.access.accounts import Accounts
from shipway.api.access.door import Door
from shipway.backup.desk import BackupDesk
from shipway.backup.postgres.databases import PostgresBackups
from shipway.checks.live.use import Checking
from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope, release_label
from shipway.model.records import Placement
from shipway.model.workload import Instance, InstanceState, LogLine, Role
from shipway.observe.world import Observatory
from shipway.ports import Output
from shipway.rollout.conductor import Conductor
from shipway.rollout.workloads import release_workload
from shipway.rollout.world import World

RUN_DEADLINE_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The daemon as its edges see it.

    stop: asks the daemon to end; about: what it says of itself.
    accounts: who may come in; door: the TCP listener.
    """

    world: World
    conductor: Conductor
    stop: Callable[[], None]
    about: Callable[[], dict[str, Any]]
    accounts: Accounts
    door: Door
    checking: Checking
    observatory: Observatory
    backups: BackupDesk
    databases: PostgresBackups

    def live(self, environment: EnvironmentId) -> Placement:
        """Return the live placement, or raise Problem `nothing-live`."""
        live = self.world.store.placements.live(environment)
        if live is None:
            raise Problem(
                "nothing-live",
                f"{environment}: nothing is live.",
                hints=["shipway status", f"shipway deploy {environment.name}"],
            )
        return live

    def instances(
        self, environment: EnvironmentId, service: str | None, release: int | None
    ) -> tuple[Instance, ...]:
        """Return instances of a service: of the given or the live release, and stateful ones."""
        number = release if release is not None else self.live(environment).release
        scopes = {Scope(environment=environment), Scope(environment=environment, release=number)}
        found = tuple(
            item
            for item in self.world.kit_of(environment).engine.instances(environment=environment)
            if item.scope in scopes and service in {None, item.service, item.name}
        )
        if not found:
            known = sorted(
                {
                    item.service
                    for item in self.world.kit_of(environment).engine.instances(
                        environment=environment
                    )
                }
            )
            raise Problem(
                "no-instance",
                f"{environment}: no instance of {service or 'any service'} in "
                f"{release_label(number)} (there are: {', '.join(known) or 'none'}).",
                hints=["shipway status", "shipway releases"],
            )
        return found

    def logs(
        self, instance: Instance, *, follow: bool, tail: int | None, cancelled: Callable[[], bool]
    ) -> Iterator[LogLine]:
        """Yield an instance's log lines."""
        console = self.world.kit_of(instance.scope.environment).console
        return console.logs(instance, follow=follow, tail=tail, cancelled=cancelled)

    def exec_argv(
        self, environment: EnvironmentId, service: str, argv: list[str], *, tty: bool
    ) -> list[str]:
        """Return the command that runs `argv` in a running instance of a service."""
        running = [
            item
            for item in self.instances(environment, service, None)
            if item.state is InstanceState.RUNNING
        ]
        if not running:
            raise Problem(
                "not-running",
                f"{environment}: no instance of {service} runs.",
                hints=[f"shipway logs {service} {environment.name}", "shipway status"],
            )
        return self.world.kit_of(environment).console.exec_argv(running[0], argv, tty=tty)

    def run_once(
        self,
        environment: EnvironmentId,
        service: str,
        argv: list[str],
        *,
        who: str,
        output: Output,
        cancelled: Callable[[], bool],
    ) -> int:
        """Run a command in an instance of its own, with the live release's configuration."""
        live = self.live(environment)
        app = self.world.applications.get(live.fingerprint)
        try:
            wanted = app.service(service)
        except KeyError:
            names = ", ".join(item.name for item in app.services)
            raise Problem(
                "no-service", f"{environment} has no service {service} (it has: {names})."
            ) from None
        release = self.world.store.catalog.release(environment.project, live.release)
        workload = replace(
            release_workload(app, wanted, release),
            service=f"{service}-run-{secrets.token_hex(3)}",
            role=Role.JOB,
            replicas=1,
            port=None,
            argv=tuple(argv),
        )
        self.world.store.audit.add(
            who, "run", environment, details={"service": service, "program": argv[0]}
        )
        return self.world.kit_of(environment).engine.run(
            workload, deadline_s=RUN_DEADLINE_S, output=output, cancelled=cancelled
        )
