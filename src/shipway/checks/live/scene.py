"""A running environment, as live checks are shown it."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from shipway.checks.live.commands import Done, said
from shipway.checks.model import NotLooked
from shipway.errors import Problem
from shipway.journeys.target import Target, target_of
from shipway.journeys.trust import ANY, Trust
from shipway.journeys.web import Answer, Sent, ask, ask_patiently
from shipway.model.application import Application, Service
from shipway.model.names import Scope
from shipway.model.records import Release
from shipway.model.words import Words
from shipway.model.workload import Instance, InstanceState, Role, SecretMap, Workload
from shipway.ports import Clock, Console, Engine
from shipway.spec.values import Spec
from shipway.tools import BEHIND

ASK_S = 5.0
EXEC_S = 20.0
STORES = {
    "postgres": ("postgres", "pgvector", "postgis", "timescaledb", "postgresql"),
    "redis": ("redis", "valkey", "redis-stack", "redis-stack-server"),
    "neo4j": ("neo4j",),
    "minio": ("minio",),
    "mysql": ("mysql", "mariadb"),
}
PORTS = {"postgres": 5432, "redis": 6379, "neo4j": 7474, "minio": 9000, "mysql": 3306}


def outside_addresses() -> tuple[str, ...]:
    """Return the addresses under which other machines see this one; sends nothing."""
    found = []
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((far, 9))
            except OSError:
                continue
            found.append(str(probe.getsockname()[0]))
    return tuple(item for item in found if not item.startswith(("127.", "::1", "fe80")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What there is to look at.

    workload: makes a service's workload in the live release, complete with its variables.
    spec, source: the shipway.yaml and the tree of the live commit, where they are kept.
    own_ports: all ports on which the ingress is to be reached on this machine.
    trust: how the front door's certificate is looked at.
    ran: the jobs that the rollout which has just ended ran: nothing has changed since.
    """

    app: Application
    release: Release
    engine: Engine
    console: Console
    clock: Clock
    home: Path
    workload: Callable[[Service], Workload]
    spec: Spec | None = None
    source: Path | None = None
    own_ports: frozenset[int] = frozenset()
    trust: Trust = ANY
    ran: frozenset[str] = frozenset()
    outside: tuple[str, ...] = field(default_factory=outside_addresses)


class Live:
    """A scene with eyes: everything is looked at once at most and remembered."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.app = scene.app
        self.boots_s: dict[str, float] = {}
        """How long a further instance took to be up, of each service that was seen to be."""

    @cached_property
    def target(self) -> Target:
        """Return the environment's front door."""
        return target_of(self.app)

    @cached_property
    def running(self) -> tuple[Instance, ...]:
        """Return the running instances: of the live release and of the environment."""
        environment = self.app.environment
        scopes = {
            Scope(environment=environment),
            Scope(environment=environment, release=self.scene.release.number),
        }
        return tuple(
            item
            for item in self.scene.engine.instances(environment=environment)
            if item.scope in scopes and item.state is InstanceState.RUNNING
        )

    def instances(self, service: str) -> tuple[Instance, ...]:
        """Return a service's running instances."""
        return tuple(item for item in self.running if item.service == service)

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        target: Target | None = None,
        body: bytes | None = None,
        patient: bool = True,
    ) -> Answer:
        """Send one request to the front door, or to another one.

        patient: where a rate limit says when to come again, do so.
        """
        door = target or self.target
        sent = Sent(
            method=method,
            path=door.path(path),
            headers={
                "Host": door.authority,
                "User-Agent": "shipway-check",
                "Accept": "*/*",
                "Connection": "close",
                **(headers or {}),
            },
            body=body,
        )
        return (ask_patiently if patient else ask)(door, sent, timeout_s=ASK_S)

    def inside(self, instance: Instance, *argv: str, deadline_s: float = EXEC_S) -> Done:
        """Run a command inside an instance, behind what it does for its users.

        Where the instance has no `nice`, the command runs beside them.
        """
        done = self._run_inside(instance, [*BEHIND, *argv], deadline_s)
        missing = done.code in {126, 127} and BEHIND[0] in done.text
        return self._run_inside(instance, argv, deadline_s) if missing else done

    def _run_inside(self, instance: Instance, argv: Sequence[str], deadline_s: float) -> Done:
        command = self.scene.console.exec_argv(instance, list(argv), tty=False)
        return said(command, deadline_s)

    def stores(self, kind: str) -> tuple[tuple[Service, str, int], ...]:
        """Return (service, address, port) of the running stores of a kind."""
        return tuple(
            (service, instance.address, service.port or PORTS[kind])
            for service in self.app.services
            if store_kind(service) == kind
            for instance in self.instances(service.name)[:1]
            if instance.address
        )

    @cached_property
    def web(self) -> tuple[Service, ...]:
        """Return the services that take requests."""
        return self.app.of_role(Role.WEB)

    @cached_property
    def own(self) -> tuple[Service, ...]:
        """Return the application's own services: those that run for as long as a release."""
        return self.app.of_role(Role.WEB, Role.WORKER, Role.SINGLETON)

    def variables(self, service: str) -> SecretMap:
        """Return a service's variables."""
        return self.app.service(service).environment

    @contextmanager
    def throwaway(
        self, service: Service, *, without: frozenset[str] = frozenset()
    ) -> Iterator[Workload]:
        """Yield the workload of one further instance, not started; it is removed at the end.

        It has the live release's artifact and variables, and a name of its own, so that the
        ingress sends it nothing.
        """
        base = self.scene.workload(service)
        variables = {key: base.environment[key] for key in base.environment if key not in without}
        workload = replace(
            base,
            service=f"{service.name}-check-{secrets.token_hex(3)}",
            replicas=1,
            environment=SecretMap(variables),
        )
        try:
            yield workload
        finally:
            self.scene.engine.remove(workload.scope, service=workload.service)

    def of(self, workload: Workload) -> Instance | None:
        """Return the instance of a throw-away workload, as it is now."""
        found = self.scene.engine.instances(scope=workload.scope)
        return next((item for item in found if item.service == workload.service), None)


def image_of(service: Service) -> str:
    """Return the last word of a service's image: `postgres` of `docker.io/library/postgres:16`."""
    name = str(service.definition.get("image") or "").rsplit("/", 1)[-1]
    return name.split("@")[0].split(":")[0].lower()


def store_kind(service: Service) -> str | None:
    """Return which kind of store a service is, None where it is none that is known."""
    image = image_of(service)
    return next((kind for kind, names in STORES.items() if image in names), None)


def answers_at(address: str, port: int, timeout_s: float = 1.0) -> bool:
    """Return whether somebody takes connections there."""
    try:
        socket.create_connection((address, port), timeout=timeout_s).close()
    except OSError:
        return False
    return True


def nothing(en: str, ko: str) -> NotLooked:
    """Return the word that there is nothing to look at."""
    return NotLooked(Words(en, ko))


def problem_words(problem: Problem) -> Words:
    """Return a Problem's own words; they are the same in both languages."""
    return Words(problem.message, problem.message)
