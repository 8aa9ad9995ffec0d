"""The databases that a project's tests need, as service containers of a CI job.  Pure.

Taken from the Compose model: same image as on the server, so that what passes there was
asked of the same database.  Passwords are stand-ins: nothing of an environment is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shipway.model.application import Application, Service
from shipway.model.workload import Role

PASSWORD = "ci-only"  # noqa: S105 - of a database that lives as long as the job
_URL = re.compile(
    r"^(?P<scheme>[a-z][a-z0-9+.-]*)://(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?"
    r"(?P<host>[A-Za-z0-9._-]+)(?::(?P<port>\d+))?(?P<rest>.*)$"
)
_PORTS = {
    "postgres": 5432,
    "redis": 6379,
    "mysql": 3306,
    "mongo": 27017,
    "neo4j": 7687,
    "rabbitmq": 5672,
}
_KINDS = {
    "pgvector": "postgres",
    "postgis": "postgres",
    "timescaledb": "postgres",
    "postgresql": "postgres",
    "valkey": "redis",
    "redis-stack-server": "redis",
    "mariadb": "mysql",
    "mysql-server": "mysql",
    "mongodb": "mongo",
}
_HEALTH = {
    "postgres": "pg_isready",
    "redis": "redis-cli ping",
    "mysql": "mysqladmin ping",
    "rabbitmq": "rabbitmq-diagnostics -q ping",
}
_SECRET_QUERY = re.compile(r"pass|secret|token|key", re.IGNORECASE)
_CREDENTIALS = re.compile(
    r"^(POSTGRES|MYSQL|MARIADB|MONGO|RABBITMQ|NEO4J)_[A-Z_]*(USER(NAME)?|PASS(WORD)?|DB|DATABASE|VHOST|AUTH)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreJob:
    """A database of a CI job.  port: on the runner's own machine."""

    name: str
    image: str
    kind: str
    port: int
    environment: Mapping[str, str]

    def as_service(self) -> dict[str, Any]:
        """Return it as a GitHub job writes it."""
        options = ""
        if self.kind in _HEALTH:
            options = f'--health-cmd "{_HEALTH[self.kind]}" --health-interval 5s --health-timeout 5s --health-retries 10'
        return {
            "image": self.image,
            **({"env": dict(self.environment)} if self.environment else {}),
            "ports": [f"{self.port}:{self.port}"],
            **({"options": options} if options else {}),
        }


def kind_of(image: str) -> str:
    """Return which database an image is: postgres, redis …; empty where it is none of them."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
    found = _KINDS.get(name, name)
    return found if found in _PORTS else ""


def stores(app: Application) -> tuple[StoreJob, ...]:
    """Return the databases that a GitHub job can start; not those that need a command."""
    found = []
    for service in app.of_role(Role.STATEFUL):
        image = str(service.definition.get("image") or "")
        kind = kind_of(image)
        if kind:
            environment = {
                key: _harmless(key, value)
                for key, value in _plain(service).items()
                if _CREDENTIALS.match(key)
            }
            found.append(
                StoreJob(
                    name=service.name,
                    image=image,
                    kind=kind,
                    port=_PORTS[kind],
                    environment=environment,
                )
            )
    return tuple(found)


def left_out(app: Application) -> tuple[str, ...]:
    """Return the stateful services that a CI job cannot start by image alone."""
    return tuple(
        service.name
        for service in app.of_role(Role.STATEFUL)
        if not kind_of(str(service.definition.get("image") or ""))
    )


def used_by(services: Iterable[Service], known: tuple[StoreJob, ...]) -> tuple[StoreJob, ...]:
    """Return the databases that these services are told of, or wait for."""
    told = [*services]
    return tuple(
        store
        for store in known
        if any(store.name in service.after or _names(service, store.name) for service in told)
    )


def test_environment(services: Iterable[Service], used: tuple[StoreJob, ...]) -> dict[str, str]:
    """Return the variables by which tests find the job's databases, in the services' own form."""
    by_name = {store.name: store for store in used}
    found: dict[str, str] = {}
    for service in services:
        for key, value in _plain(service).items():
            match = _URL.match(value)
            store = by_name.get(match["host"]) if match else None
            if match and store is not None:
                found.setdefault(key, _address(match, store))
            elif value in by_name and key.endswith(("_HOST", "_SERVER")):
                found.setdefault(key, "localhost")
    return found


def _harmless(key: str, value: str) -> str:
    if "PASS" in key:
        return PASSWORD
    return f"{value.partition('/')[0]}/{PASSWORD}" if key.endswith("AUTH") else value


def _plain(service: Service) -> dict[str, str]:
    return dict(service.environment.items())


def _names(service: Service, store: str) -> bool:
    pattern = re.compile(rf"(//|@){re.escape(store)}(:\d+)?(/|$)")
    return any(value == store or pattern.search(value) for value in _plain(service).values())


def _address(match: re.Match[str], store: StoreJob) -> str:
    user = match["user"] or ""
    password = f":{PASSWORD}" if match["password"] else ""
    who = f"{user}{password}@" if user or password else ""
    path, _, query = match["rest"].partition("?")
    more = f"?{query}" if query and not _SECRET_QUERY.search(query) else ""
    return f"{match['scheme']}://{who}localhost:{store.port}{path}{more}"
