"""A whole nginx file → what shipway.yaml says.  Pure.

Invariant: every directive is translated, known to be done by Shipway anyway, or reported
with its line and the reason; nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from shipway.nginx import words
from shipway.nginx.files import served
from shipway.nginx.found import Imported, ImportedRoute, Unknown
from shipway.nginx.location import (
    DONE_ANYWAY,
    INHERITED,
    NO_WORD,
    WHY,
    Around,
    Target,
    read_location,
)
from shipway.nginx.reader import Directive, NginxFile

TUNING = frozenset({
    "charset", "client_body_timeout", "daemon", "etag", "events", "gzip", "http", "http2",
    "index", "large_client_header_buffers", "limit_req_zone", "listen", "location", "log_format",
    "map", "multi_accept", "open_file_cache", "pid", "proxy_headers_hash_max_size", "resolver",
    "reset_timedout_connection", "return", "sendfile", "server", "server_name", "server_tokens",
    "server_names_hash_bucket_size", "tcp_nopush", "types", "types_hash_max_size", "underscores_in_headers",
    "upstream", "use", "user", "worker_connections", "worker_processes", "worker_rlimit_nofile",
})  # fmt: skip
BY_CLIENT = frozenset({"$binary_remote_addr", "$remote_addr"})
NO_NAME = frozenset({"_", "", "localhost", "127.0.0.1", "default_server", '""'})
USUAL_PORTS = frozenset({80, 443, 8080, 8443})


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the Compose file knows: services by every name, ports, and published ones.

    names: service by its names and aliases.  ports: container ports that it declares.
    published: (service, container port) by port of the host.
    """

    names: Mapping[str, str]
    ports: Mapping[str, frozenset[int]] = field(default_factory=dict)
    published: Mapping[int, tuple[str, int]] = field(default_factory=dict)


def translate(file: NginxFile, services: Services) -> Imported:
    """Return what an nginx file means."""
    return _Translation(file=file, services=services).run()


@dataclass(slots=True, kw_only=True)
class _Translation:
    file: NginxFile
    services: Services
    unknown: list[Unknown] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    hsts_s: float | None = None

    def run(self) -> Imported:
        top = self.file.top
        for error in self.file.errors:
            self.unknown.append(
                Unknown(
                    path=self.file.path, line=error.line, text="nginx refuses this", why=error.text
                )
            )
        http = [
            item
            for block in top.block
            for item in (block.block if block.name == "http" else (block,))
        ]
        self._report(http)
        upstreams = {item.args[0]: item for item in top.all("upstream") if item.args}
        zones = self._zones(top)
        routes: dict[tuple[str | None, str], ImportedRoute] = {}
        names: list[tuple[str, ...]] = []
        ports: set[int] = set()
        tls = False
        for server in self.file.servers():
            speaks_tls = _speaks_tls(server)
            tls = tls or speaks_tls or _to_https(server)
            self._report(server.block)
            if _to_https(server):
                continue
            hosts = self._hosts(server)
            names.append(hosts)
            ports |= _ports(server)
            outer = (*server.block, *(item for item in http if not item.block))
            for route in self._routes(server, outer, upstreams, zones):
                for host in hosts or (None,):
                    self._keep(routes, replace(route, host=host))
        shared = tuple(dict.fromkeys(name for hosts in names for name in hosts))
        same = len({frozenset(hosts) for hosts in names}) <= 1
        unusual = ports - USUAL_PORTS
        return Imported(
            path=self.file.path,
            routes=_without_hosts(routes.values()) if same else tuple(routes.values()),
            hosts=shared if same else (),
            tls=tls,
            hsts_s=self.hsts_s,
            port=None
            if tls
            else unusual.pop()
            if len(unusual) == 1
            else 80
            if 80 in ports
            else None,
            headers=self.headers,
            compress=any(item.args == ("on",) for item in top.all("gzip")),
            remarks=tuple(dict.fromkeys(self.remarks)),
            unknown=tuple(sorted(set(self.unknown), key=lambda item: (item.line, item.text))),
            served=tuple(dict.fromkeys(served(self.file.servers()))),
        )

    def _unsure(self, item: Directive, why: str) -> None:
        text = " ".join([item.name, *item.args])
        self.unknown.append(Unknown(path=self.file.path, line=item.line, text=text, why=why))

    def _zones(self, top: Directive) -> dict[str, str]:
        zones = {}
        for item in top.all("limit_req_zone"):
            name = next((arg[5:].partition(":")[0] for arg in item.args if arg[:5] == "zone="), "")
            rate = next((found for arg in item.args if (found := words.rate(arg))), None)
            if rate is None or not item.args or item.args[0] not in BY_CLIENT:
                self._unsure(item, "Shipway counts by the client's address only")
                continue
            zones[name] = rate
        return zones

    def _hosts(self, server: Directive) -> tuple[str, ...]:
        found = []
        for item in server.block:
            if item.name != "server_name":
                continue
            for name in item.args:
                if name in NO_NAME:
                    continue
                if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", name):
                    self._unsure(item, f"{name}: a route names whole hosts, no patterns")
                    continue
                found.append(name.lower())
        return tuple(dict.fromkeys(found))

    def _routes(
        self,
        server: Directive,
        outer: tuple[Directive, ...],
        upstreams: Mapping[str, Directive],
        zones: Mapping[str, str],
    ) -> list[ImportedRoute]:
        find = self._finder(upstreams)
        found: list[ImportedRoute] = []
        locations = [item for item in server.block if item.name == "location"]
        # `/` first: its service stands in for files that nginx served itself
        home = None
        for location in sorted(locations, key=lambda item: item.args[-1:] != ("/",)):
            route = read_location(
                location,
                outer,
                Around(find=find, zones=zones, home=home),
                unsure=self._unsure,
                remark=self.remarks.append,
            )
            if route is not None:
                found.append(self._with_port(route))
                home = route.service if route.path == "/" else home
        return found

    def _finder(
        self, upstreams: Mapping[str, Directive]
    ) -> Callable[[str, int | None], Target | None]:
        def find(host: str, port: int | None) -> Target | None:
            upstream = upstreams.get(host)
            if upstream is not None:
                servers = [item for item in upstream.block if item.name == "server" and item.args]
                for further in servers[1:]:
                    self._unsure(further, "one service answers; say `replicas` for more of it")
                for item in upstream.block:
                    if item.name not in {"server", "keepalive"}:
                        self._unsure(item, "Shipway spreads requests over all instances in turn")
                if not servers:
                    return None
                host, _, digits = servers[0].args[0].partition(":")
                port = int(digits) if digits.isdigit() else None
            if host in {"localhost", "127.0.0.1", "host.docker.internal"} and port:
                known = self.services.published.get(port)
                return Target(service=known[0], port=known[1]) if known else None
            service = self.services.names.get(host)
            return Target(service=service, port=port) if service else None

        return find

    def _with_port(self, route: ImportedRoute) -> ImportedRoute:
        """Leave a port out that the Compose file tells by itself."""
        told = self.services.ports.get(route.service, frozenset())
        return replace(route, port=None) if told == {route.port} else route

    def _keep(
        self, routes: dict[tuple[str | None, str], ImportedRoute], route: ImportedRoute
    ) -> None:
        key = (route.host, route.path)
        other = routes.setdefault(key, route)
        if replace(other, line=route.line) != route:
            self.unknown.append(
                Unknown(
                    path=self.file.path,
                    line=route.line,
                    text=f"location {route.path} → {route.service}",
                    why=f"line {other.line} says otherwise for the same requests",
                )
            )

    def _report(self, items: Iterable[Directive]) -> None:
        for item in items:
            if item.name == "add_header":
                self._header(item)
            elif item.name.startswith(("ssl_", "gzip_")) or item.name == "ssl":
                continue  # a modern profile, and certificates, are Shipway's own
            elif item.name == "include" and item.args[:1] and "mime.types" in item.args[0]:
                continue
            elif item.name not in DONE_ANYWAY | INHERITED | TUNING:
                self._unsure(item, WHY.get(item.name, NO_WORD))

    def _header(self, item: Directive) -> None:
        name, value = (*item.args, "", "")[:2]
        if name.lower() == "strict-transport-security":
            age = re.search(r"max-age=([0-9]+)", value)
            self.hsts_s = float(age[1]) if age else None
        elif "$" in value:
            self._unsure(item, "a header's value cannot be computed")
        elif name.lower() not in {"cache-control", "pragma"}:
            self.headers[name] = value


def _without_hosts(routes: Iterable[ImportedRoute]) -> tuple[ImportedRoute, ...]:
    found: dict[str, ImportedRoute] = {}
    for route in routes:
        found.setdefault(route.path, replace(route, host=None))
    return tuple(found.values())


def _ports(server: Directive) -> set[int]:
    found = set()
    for item in server.block:
        if item.name == "listen" and item.args:
            digits = item.args[0].rpartition(":")[2]
            if digits.isdigit():
                found.add(int(digits))
    return found or {80}


def _speaks_tls(server: Directive) -> bool:
    return any(
        item.name == "ssl_certificate" or (item.name == "listen" and "ssl" in item.args)
        for item in server.block
    )


def _to_https(server: Directive) -> bool:
    """Return whether the server only sends to HTTPS."""
    returns = [item for item in server.all("return") if len(item.args) > 1]
    return (
        bool(returns)
        and all(item.args[-1].startswith("https://") for item in returns)
        and not any(True for _ in server.all("proxy_pass", "root", "alias"))
    )
