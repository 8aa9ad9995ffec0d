"""From a Spec and a Compose model to an Application: every decision, no file but mounts.

The Compose model is canonical, with absolute paths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.compose.units import parse_duration
from shipway.errors import Problem, SourceRef
from shipway.model.application import Application, Policy, RouteRule, Service, SmokeCheck
from shipway.model.names import EnvironmentId
from shipway.model.outside import outside_stores
from shipway.model.watching import Watching
from shipway.model.workload import Role, SecretMap
from shipway.spec.aside import set_aside
from shipway.spec.composition import Composition
from shipway.spec.facts import ServiceFacts, service_facts
from shipway.spec.files import files_by_service
from shipway.spec.front import make_front
from shipway.spec.jobs import make_jobs
from shipway.spec.keys.backup import settings_for
from shipway.spec.layers import Layers
from shipway.spec.notes import guesses
from shipway.spec.probes import find_port, make_probe
from shipway.spec.restrictions import (
    check_port,
    check_replicas,
    check_route_role,
    one_port_per_service,
)
from shipway.spec.roles import Guess, infer_role
from shipway.spec.routes import declared_routes, infer_route, make_rule
from shipway.spec.tree import Tree
from shipway.spec.values import EnvironmentSpec, Spec


def assemble(
    *,
    spec: Spec,
    environment: str,
    composition: Composition,
    layers: Layers,
    tree: Tree,
) -> Application:
    """Return the application.  Raises Problem, with file and line where there is one."""
    declared = spec.environment(environment)
    model, aside = set_aside(spec, composition.model)
    facts = service_facts(model.get("services") or {})
    explicit = {name: item.role for name, item in spec.services.items()}
    routes, guess = _routes(spec, declared, facts, explicit)
    routed = {rule.service for rule in routes}
    inferred = {
        name: infer_role(item, explicit=explicit.get(name), routed=name in routed)
        for name, item in facts.items()
    }
    roles = {name: guess.role for name, guess in inferred.items()}
    said = declared_routes(spec, declared) or ()
    check_route_role(said, roles)
    built = [
        name for name, item in facts.items() if item.build and roles[name] is not Role.STATEFUL
    ]
    maker = _ServiceMaker(
        spec=spec,
        declared=declared,
        environment=environment,
        composition=composition,
        layers=layers,
        files=files_by_service(spec, declared, built=built, tree=tree, layers=layers),
        route_ports=one_port_per_service(said, spec),
        routed=frozenset(routed),
    )
    services = tuple(maker.make(item, inferred[name]) for name, item in facts.items())
    return Application(
        environment=EnvironmentId(spec.project, environment),
        services=services,
        routes=routes,
        port=declared.port,
        address=declared.address,
        hosts=declared.hosts,
        base_path=declared.path,
        front=make_front(spec, declared, environment, routes=routes, layers=layers, tree=tree),
        jobs=make_jobs(spec, facts, roles),
        smoke=tuple(_smoke(spec)),
        journeys=tuple(item for item in spec.journeys if item.goes_in(environment)),
        policy=Policy(**{**spec.rollout, **declared.rollout}),
        backup=settings_for(
            dict(spec.backup),
            environment=environment,
            declared=tuple(spec.environments),
            zone=layers.values.get("TZ", ""),
        ),
        watching=Watching(
            language=spec.language,
            rules=spec.alerts,
            channels=spec.notify,
            heartbeat=spec.heartbeat,
            sentry=spec.sentry,
            **spec.indicators,
        ),
        engine=spec.engine,
        registry=spec.registry,
        volumes=_section(model, "volumes"),
        networks=_section(model, "networks"),
        secrets=_section(model, "secrets"),
        configs=_section(model, "configs"),
        notes=(
            *composition.notes,
            *aside,
            *guess,
            *guesses(facts, inferred),
            *maker.notes,
            *(f"{store}" for store in outside_stores(services)),
        ),
        root=str(tree.source),
        sleep_after_s=_sleep_after_s(environment, declared),
    )


def _sleep_after_s(environment: str, declared: EnvironmentSpec) -> float | None:
    """Return after how long it sleeps; Problem for a production that nobody meant to sleep."""
    sleep = declared.sleep
    if sleep is None:
        return None
    if environment == "production" and not sleep.really:
        raise Problem(
            "production-stays-awake",
            "production does not sleep by accident: its first visitors would wait for it.",
            source=sleep.source,
            hints=[
                "leave sleep_after out",
                f"or mean it: sleep_after: {{after: {sleep.after_s:g}s, production: really}}",
            ],
        )
    return sleep.after_s


def _section(model: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return dict(model.get(name) or {})


def _routes(
    spec: Spec,
    declared: EnvironmentSpec,
    facts: Mapping[str, ServiceFacts],
    explicit: Mapping[str, Role | None],
) -> tuple[tuple[RouteRule, ...], tuple[str, ...]]:
    routes = declared_routes(spec, declared)
    if routes is not None:
        return tuple(make_rule(route) for route in routes), ()
    rule, note = infer_route(facts, explicit, spec)
    return (rule,), (note,)


def _smoke(spec: Spec) -> list[SmokeCheck]:
    checks = []
    for item in spec.smoke:
        given = {
            name: value
            for name in ("host", "method", "status", "contains", "timeout_s", "attempts")
            if (value := getattr(item, name)) is not None
        }
        name = item.name or f"{item.method or 'GET'} {item.path}"
        checks.append(SmokeCheck(name=name, path=item.path, **given))
    return checks


@dataclass(slots=True, kw_only=True)
class _ServiceMaker:
    """Makes services one by one and gathers what the user should know of them."""

    spec: Spec
    declared: EnvironmentSpec
    environment: str
    composition: Composition
    layers: Layers
    files: Mapping[str, tuple[Any, ...]]
    route_ports: Mapping[str, int]
    routed: frozenset[str]
    notes: list[str] = field(default_factory=list)

    def make(self, facts: ServiceFacts, guess: Guess) -> Service:
        name, role = facts.name, guess.role
        source = self.composition.place("services", name)
        environment = self._variables(facts, role)
        port = self._port(facts, role, environment, source)
        said = self.spec.services.get(name)
        probe = None
        if role is Role.WEB and port is not None:
            health = said.health if said else None
            probe = make_probe(facts, port=port, health=health, hosts=self.declared.hosts)
        definition = facts.definition
        return Service(
            name=name,
            role=role,
            definition={
                key: value
                for key, value in definition.items()
                if key not in {"environment", "env_file"}
            },
            environment=environment,
            files=self.files.get(name, ()),
            port=port,
            replicas=self._replicas(facts, role, source),
            probe=probe,
            build=facts.build,
            stop_signal=str(definition.get("stop_signal") or "SIGTERM"),
            stop_grace_s=_grace(definition),
            after=tuple(definition.get("depends_on") or ()),
            source=source,
        )

    def _variables(self, facts: ServiceFacts, role: Role) -> SecretMap:
        """Return the service's own values with the layers over them where it is built here.

        Elsewhere they go over what its `env_file` sets: that file stands for the environment.
        """
        own = facts.definition.get("environment") or {}
        values = {key: str(value) for key, value in own.items() if value is not None}
        if facts.build and role is not Role.STATEFUL:
            values = dict(self.layers.given_to(facts.name, self.spec.contract, values))
            values["SHIPWAY_ENVIRONMENT"] = self.environment
        else:
            values |= self.layers.replacing(self.composition.out_of_files(facts.name))
        return SecretMap(values)

    def _port(
        self,
        facts: ServiceFacts,
        role: Role,
        environment: SecretMap,
        source: SourceRef | None,
    ) -> int | None:
        said = self.spec.services.get(facts.name)
        declared = (said.port if said else None) or self.route_ports.get(facts.name)
        if role is not Role.WEB:
            return declared
        port, reason = find_port(facts, declared=declared, environment=environment)
        check_port(self.spec, facts.name, port, source)
        if reason is not None:
            self.notes.append(f"{facts.name} takes requests on port {port}: {reason}.")
        return port

    def _replicas(self, facts: ServiceFacts, role: Role, source: SourceRef | None) -> int:
        said = self.spec.services.get(facts.name)
        placed = self.declared.replicas.get(facts.name) or (said.replicas if said else None)
        if placed is not None:
            count, place = int(placed.value), placed.source
        else:
            count, place = _compose_replicas(facts.definition), source or self.spec.source
        check_replicas(facts.name, role, count, place, routed=facts.name in self.routed)
        return count


def _compose_replicas(definition: Mapping[str, Any]) -> int:
    for value in (definition.get("scale"), (definition.get("deploy") or {}).get("replicas")):
        if value is not None:
            return int(value)
    return 1


def _grace(definition: Mapping[str, Any]) -> float:
    value = definition.get("stop_grace_period")
    return 10.0 if value is None else parse_duration(str(value))
