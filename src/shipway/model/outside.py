"""Databases that an application is told of and that are not its own: a provider runs them.

Found by the connection strings that services get.  Shipway neither starts, nor saves, nor
restores them, and says so wherever it speaks of data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shipway.model.application import Service

_URL = re.compile(
    r"^(?P<scheme>postgres(?:ql)?|mysql|mariadb|redis|rediss|mongodb|amqps?)(?:\+[a-z0-9_]+)*://"
    r"(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\])",
)
_NAMES = {
    "postgres": "PostgreSQL",
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "redis": "Redis",
    "rediss": "Redis",
    "mongodb": "MongoDB",
    "amqp": "RabbitMQ",
    "amqps": "RabbitMQ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """A database elsewhere.  Never its user or password."""

    kind: str
    host: str
    variable: str
    services: tuple[str, ...]

    def __str__(self) -> str:
        """Return what a person should know of it."""
        return (
            f"{self.kind} at {self.host} ({self.variable} of {', '.join(self.services)}) is outside "
            "of this project: Shipway neither starts, nor backs up, nor restores it, and a "
            "rollback does not bring its data back. Its provider's backups are to be proved there."
        )


def outside_stores(services: Iterable[Service]) -> tuple[Outside, ...]:
    """Return the databases that connection strings name and no service of the project is."""
    listed = [*services]
    own = {service.name for service in listed}
    own |= {str(item.definition.get("container_name") or item.name) for item in listed}
    own |= {str(item.definition.get("hostname") or item.name) for item in listed}
    own |= {alias for item in listed for alias in _aliases(item)}
    own |= {
        str(link).rpartition(":")[2]
        for item in listed
        for link in item.definition.get("links") or ()
    }
    found: dict[tuple[str, str, str], list[str]] = {}
    for service in listed:
        for key, value in service.environment.items():
            match = _URL.match(value)
            if match and match["host"] not in own:
                kind = _NAMES[match["scheme"]]
                found.setdefault((kind, match["host"], key), []).append(service.name)
    return tuple(
        Outside(kind=kind, host=host, variable=key, services=tuple(names))
        for (kind, host, key), names in found.items()
    )


def _aliases(service: Service) -> set[str]:
    networks = service.definition.get("networks")
    if not isinstance(networks, dict):
        return set()
    return {str(alias) for item in networks.values() for alias in (item or {}).get("aliases") or ()}
