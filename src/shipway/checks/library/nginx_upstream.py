"""nginx that hands requests to a service or a port which is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.compose import Service
from shipway.checks.facts.nginx import NginxFile
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_ADDRESS = re.compile(r"^(?:https?://)?(?P<host>[A-Za-z0-9][\w.-]*)(?::(?P<port>\d+))?(?:[/$].*)?$")


@check(
    "proxy.upstream-exists",
    ERROR,
    needs=needs.NGINX,
    serves=("R131", "R018", "R074"),
    title=Words(
        "The proxy hands on to services that are there", "프록시가 실제 있는 서비스로 넘긴다"
    ),
    fix=Words(
        "name the service as Compose does, with the port it listens on",
        "Compose의 서비스 이름과 실제 포트를 적으세요",
    ),
)
def upstream_exists(facts: Facts) -> Iterator[Finding]:
    """Find them: nginx does not even start with a name that nobody answers to."""
    services = {item.name: item for item in facts.services}
    if not services:
        return
    names = set(services)
    for item in facts.services:
        names.add(str(item.definition.get("container_name") or item.name))
        for network in (item.definition.get("networks") or {}).values():
            names |= set((network or {}).get("aliases") or ())
    for file in facts.nginx:
        for line, host, port in _targets(file):
            if "." in host or host in {"localhost", "unix"}:
                continue
            if host not in names:
                yield _missing(Place(file.path, line), host)
            elif port and host in services and not _listens(services[host], int(port)):
                yield _wrong_port(Place(file.path, line), host, port)


def _targets(file: NginxFile) -> Iterator[tuple[int, str, str]]:
    groups = {item.args[0] for item in file.top.all("upstream") if item.args}
    for group in file.top.all("upstream"):
        for server in group.block:
            match = (
                _ADDRESS.match(server.args[0]) if server.name == "server" and server.args else None
            )
            if match:
                yield server.line, match["host"], match["port"] or ""
    for item in file.top.all("proxy_pass", "uwsgi_pass", "fastcgi_pass", "grpc_pass"):
        match = _ADDRESS.match(item.args[0]) if item.args and "$" not in item.args[0] else None
        if match and match["host"] not in groups:
            yield item.line, match["host"], match["port"] or ""


def _listens(service: Service, port: int) -> bool:
    """Return whether the port may be right: what Compose tells of the service names it, or nothing."""
    told = {item.target for item in service.ports()}
    told |= {
        int(text)
        for text in re.findall(r"(?:--port|-p|--bind \S*:|:)[ =]?(\d{4,5})\b", service.command)
    }
    told |= {int(item) for item in service.definition.get("expose") or () if str(item).isdigit()}
    told |= {
        int(value)
        for key, value in service.environment.items()
        if key == "PORT" and value.isdigit()
    }
    return not told or port in told


def _missing(place: Place, host: str) -> Finding:
    return Finding(
        place=place,
        wrong=Words(f"there is no service called {host}", f"{host}라는 서비스가 없습니다"),
    )


def _wrong_port(place: Place, host: str, port: str) -> Finding:
    return Finding(
        place=place,
        wrong=Words(
            f"{host} does not listen on {port}, says Compose",
            f"Compose에 따르면 {host}은(는) {port} 포트를 쓰지 않습니다",
        ),
    )
