"""A Compose service that only is the proxy: found, with the nginx files that it mounts.

Shipway's ingress does its work; the service is then set aside (`deploy: false`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipway.nginx import Imported, Services
from shipway.spec.facts import ServiceFacts
from shipway.spec.images import repository

NGINX = frozenset({"nginx", "nginx-unprivileged", "openresty"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """The service, and its configuration files in the project's directory, main file first."""

    service: str
    files: tuple[Path, ...]


def find_proxies(facts: Mapping[str, ServiceFacts]) -> tuple[Proxy, ...]:
    """Return the services that run a ready nginx image with mounted configuration."""
    found = []
    for name, service in facts.items():
        if service.build or repository(service.image) not in NGINX:
            continue
        files = tuple(dict.fromkeys(_configuration(service.definition)))
        if files:
            found.append(Proxy(service=name, files=files))
    return tuple(found)


def _configuration(definition: Mapping[str, Any]) -> Iterator[Path]:
    for mount in definition.get("volumes") or ():
        target = str(mount.get("target") or "")
        if mount.get("type") != "bind" or not target.startswith("/etc/nginx"):
            continue
        source = Path(str(mount.get("source")))
        if source.is_dir():
            yield from sorted(source.glob("*.conf"))
        elif source.is_file() and source.suffix in {".conf", ".template", ".nginx"}:
            yield source


def holds(service: ServiceFacts, imports: Iterable[Imported]) -> bool:
    """Return whether a proxy mounts what it serves itself: nobody else has those files."""
    targets = [str(mount.get("target") or "") for mount in service.definition.get("volumes") or ()]
    return any(
        f"{path}/".startswith(f"{target.rstrip('/')}/")
        for item in imports
        for path in item.served
        for target in targets
        if target
    )


def nginx_services(facts: Mapping[str, ServiceFacts], without: frozenset[str]) -> Services:
    """Return what nginx's `proxy_pass` may mean in this Compose file."""
    names: dict[str, str] = {}
    ports: dict[str, frozenset[int]] = {}
    published: dict[int, tuple[str, int]] = {}
    for name, service in facts.items():
        if name in without:
            continue
        names.setdefault(name, name)
        for other in _further_names(service.definition):
            names.setdefault(other, name)
        told = {*service.published, *service.exposed} or {*service.dockerfile_ports}
        ports[name] = frozenset(told)
        for port in service.definition.get("ports") or ():
            if str(port.get("published") or "").isdigit() and port.get("target"):
                published.setdefault(int(port["published"]), (name, int(port["target"])))
    return Services(names=names, ports=ports, published=published)


def _further_names(definition: Mapping[str, Any]) -> Iterator[str]:
    for key in ("container_name", "hostname"):
        if definition.get(key):
            yield str(definition[key])
    networks = definition.get("networks")
    for network in networks.values() if isinstance(networks, Mapping) else ():
        yield from (str(alias) for alias in (network or {}).get("aliases") or ())
