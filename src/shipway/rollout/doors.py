"""The way to a service that nobody reaches from outside: admin pages, databases.

A person's own tunnel leads to an instance's address; nothing is ever published for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipway.errors import Problem
from shipway.model.application import Application, Service
from shipway.model.names import EnvironmentId
from shipway.model.records import Placement
from shipway.model.workload import Instance, InstanceState, Role
from shipway.rollout.probe import ask
from shipway.rollout.sleep import wake
from shipway.rollout.world import World

KNOWN_PORTS = {
    "adminer": (8080,),
    "flower": (5555,),
    "grafana": (3000,),
    "jaeger": (16686,),
    "kibana": (5601,),
    "mailhog": (8025,),
    "mailpit": (8025,),
    "mariadb": (3306,),
    "minio": (9001, 9000),
    "mongo": (27017,),
    "mysql": (3306,),
    "neo4j": (7474, 7687),
    "pgadmin4": (80,),
    "pgvector": (5432,),
    "postgis": (5432,),
    "postgres": (5432,),
    "prometheus": (9090,),
    "rabbitmq": (15672,),
    "redis": (6379,),
    "timescaledb": (5432,),
    "valkey": (6379,),
}
STORES = frozenset((3306, 5432, 6379, 7687, 9000, 27017))
"""Ports at which no browser is answered."""
PAGES_OF_APIS = ("/docs", "/swagger", "/swagger-ui/", "/api/docs", "/api/v1/docs", "/redoc")
SWAGGER = "swagger"
ASK_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where a service is reached from this machine; path: of its page."""

    service: str
    address: str
    ports: tuple[int, ...]
    path: str = "/"


def find_door(world: World, environment: EnvironmentId, name: str, port: int | None) -> Door:
    """Return the door that a name means, woken where it sleeps.

    name: a service, or what it runs: flower, postgres, swagger.
    Raises Problem `nothing-live`, `no-service`, `no-port`, `not-running`.
    """
    live = _live(world, environment)
    wake(world, environment)
    app = world.applications.get(live.fingerprint)
    usable = _usable(world, live)
    if name == SWAGGER and all(item.name != SWAGGER for item in app.services):
        return _swagger(app, usable)
    service = named(app, name)
    ports = (port,) if port else ports_of(service)
    if not ports:
        raise Problem(
            "no-port",
            f"{service.name}: nothing says on which port it listens.",
            hints=[f"shipway open {name} {environment.name} --port NUMBER"],
        )
    found = next((item for item in usable if item.service == service.name), None)
    if found is None or found.address is None:
        raise Problem(
            "not-running",
            f"{environment}: no instance of {service.name} runs.",
            hints=["shipway status", f"shipway logs {service.name} {environment.name}"],
        )
    return Door(service=service.name, address=found.address, ports=ports)


def doors_of(world: World, environment: EnvironmentId) -> tuple[Door, ...]:
    """Return what can be opened of what is live; `address` empty where no instance runs.

    Nothing is woken.  Raises Problem `nothing-live`.
    """
    live = _live(world, environment)
    addresses = {item.service: item.address or "" for item in _usable(world, live)}
    return tuple(
        Door(service=service.name, address=addresses.get(service.name, ""), ports=ports)
        for service in world.applications.get(live.fingerprint).services
        if service.role is not Role.JOB and (ports := ports_of(service))
    )


def _live(world: World, environment: EnvironmentId) -> Placement:
    live = world.store.placements.live(environment)
    if live is None:
        raise Problem(
            "nothing-live",
            f"{environment}: nothing is live.",
            hints=[f"shipway deploy {environment.name}"],
        )
    return live


def _usable(world: World, live: Placement) -> list[Instance]:
    """Return the instances of the live release, and of its data, that can be reached."""
    instances = world.kit_of(live.environment).engine.instances(environment=live.environment)
    return [
        item
        for item in instances
        if item.scope.release in {None, live.release}
        and item.state is InstanceState.RUNNING
        and item.address
    ]


def named(app: Application, name: str) -> Service:
    """Return the service of that name, else the only one that runs such a thing.  Pure."""
    for matches in (_called, _has_image, _has_word):
        found = [service for service in app.services if matches(service, name.lower())]
        if len(found) == 1:
            return found[0]
        if found:
            break
    known = ", ".join(service.name for service in app.services if service.role is not Role.JOB)
    raise Problem(
        "no-service",
        f"{app.environment} has {'several services that are' if found else 'no service'} {name} "
        f"(it has: {known}).",
        hints=["shipway open SERVICE"],
    )


def ports_of(service: Service) -> tuple[int, ...]:
    """Return where a service listens, the page first: as is known of it, else as it says.  Pure."""
    known = KNOWN_PORTS.get(_repository(service))
    if known:
        return known
    if service.port is not None:
        return (service.port,)
    declared = tuple(dict.fromkeys(_declared(service)))
    if declared:
        return declared
    return next((ports for word, ports in KNOWN_PORTS.items() if _has_word(service, word)), ())


def _swagger(app: Application, instances: list[Instance]) -> Door:
    for service in app.of_role(Role.WEB):
        found = next((item for item in instances if item.service == service.name), None)
        if found is None or found.address is None or service.port is None:
            continue
        for path in PAGES_OF_APIS:
            if ask(found.address, service.port, path, timeout_s=ASK_S).status == 200:
                return Door(
                    service=service.name, address=found.address, ports=(service.port,), path=path
                )
    raise Problem(
        "no-service",
        f"{app.environment}: no service has a page at {', '.join(PAGES_OF_APIS)}.",
        hints=["shipway open SERVICE"],
    )


def _declared(service: Service) -> Iterator[int]:
    for port in service.definition.get("ports") or ():
        if str(port.get("protocol") or "tcp") == "tcp" and str(port.get("target")).isdigit():
            yield int(port["target"])
    for port in service.definition.get("expose") or ():
        if str(port).isdigit():
            yield int(port)


def _called(service: Service, name: str) -> bool:
    return service.name.lower() == name


def _has_image(service: Service, name: str) -> bool:
    return _repository(service) == name


def _has_word(service: Service, name: str) -> bool:
    said = service.definition.get("command") or ()
    return name in (said.split() if isinstance(said, str) else [str(word) for word in said])


def _repository(service: Service) -> str:
    image = str(service.definition.get("image") or "") if not service.build else ""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]
