"""One `location` → one route.

What the enclosing blocks say is in force where the location itself says nothing, as in
nginx.  What Shipway's ingress does anyway (forwarding headers, upgrades, unbuffered
streams) is silently understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shipway.nginx import words
from shipway.nginx.files import CHALLENGES
from shipway.nginx.found import ImportedRoute
from shipway.nginx.reader import Directive

Unsure = Callable[[Directive, str], None]
"""Takes a directive that is not understood, and why."""

DONE_ANYWAY = frozenset({
    "access_log", "allow", "client_body_buffer_size", "client_header_timeout", "default_type",
    "deny", "error_log", "keepalive_timeout", "log_not_found", "proxy_buffer_size",
    "proxy_buffering", "proxy_buffers", "proxy_busy_buffers_size", "proxy_connect_timeout",
    "proxy_http_version", "proxy_redirect", "proxy_request_buffering", "proxy_send_timeout",
    "send_timeout", "set", "tcp_nodelay", "chunked_transfer_encoding", "proxy_cache_bypass",
    "limit_req_status", "proxy_ssl_server_name", "keepalive",
})  # fmt: skip
"""Understood without a word: the ingress does it, or it only tunes nginx itself."""

INHERITED = frozenset({
    "client_max_body_size", "expires", "limit_req", "proxy_read_timeout", "proxy_set_header",
    "add_header", "allow", "deny",
})  # fmt: skip

FORWARDED = frozenset({
    "host", "x-real-ip", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
    "x-forwarded-port", "upgrade", "connection", "x-forwarded-server", "x-scheme",
})  # fmt: skip

WHY = {
    "auth_basic": "write `login: {USER: VARIABLE}` at the route, and the password as a secret",
    "auth_basic_user_file": "passwords are secrets of the environment: `login` at the route",
    "error_page": "write `ingress: {pages: …}`; Shipway answers its own failures with them",
    "rewrite": "Shipway does not rewrite paths beyond removing a route's prefix (`strip`)",
    "try_files": "Shipway serves no files; a single-page application's image must do that",
    "if": "conditions are nginx's own programming; say what it is for as routes",
    "sub_filter": "Shipway does not change answers",
    "proxy_cache": "Shipway keeps no answers; browsers do: `cache` at the route",
    "proxy_cache_valid": "Shipway keeps no answers; browsers do: `cache` at the route",
    "proxy_next_upstream": "a request that was sent is never sent again",
    "limit_conn": "Shipway limits requests (`rate`), not connections",
    "limit_rate": "Shipway limits requests (`rate`), not bytes",
    "stub_status": "Shipway measures its ingress by itself",
    "fastcgi_pass": "Shipway speaks HTTP with instances",
    "uwsgi_pass": "Shipway speaks HTTP with instances",
    "grpc_pass": "gRPC to instances is not supported",
    "root": "nginx served files itself; Shipway passes requests on to services",
    "alias": "nginx served files itself; Shipway passes requests on to services",
    "mirror": "Shipway does not copy requests",
    "auth_request": "put the login into the application, or `login` at the route",
    "include": "the file was not read; import it, too: shipway import nginx FILE",
}
NO_WORD = "Shipway has no such thing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a `proxy_pass` leads: a service of the Compose file, and a port."""

    service: str
    port: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a location is read with: the file's zones, and who knows the services.

    zones: rates by zone.  find: where host and port lead, None where to no service.
    home: the service at `/`, which may stand in for files that nginx served itself.
    """

    find: Callable[[str, int | None], Target | None]
    zones: Mapping[str, str] = field(default_factory=dict)
    home: str | None = None


def read_location(
    location: Directive,
    outer: Sequence[Directive],
    around: Around,
    *,
    unsure: Unsure,
    remark: Callable[[str], None],
) -> ImportedRoute | None:
    """Return the route of a location, None where there is none."""
    path = _path(location, unsure, remark)
    if path is None or path.startswith(CHALLENGES):
        return None  # certificates are Shipway's own affair
    own = _in_force(location.block, outer)
    target = _target(location, path, around, unsure, remark)
    if target is None:
        return None
    found, strip = target
    upgrade = any(
        item.name == "proxy_set_header" and item.args[:1] and item.args[0].lower() == "upgrade"
        for item in own
    )
    _report(location, unsure)
    read_s = _read_timeout(own, unsure)
    allow = tuple(item.args[0] for item in own if item.name == "allow" and item.args)
    closed = any(item.name == "deny" and item.args == ("all",) for item in own)
    rate, burst = _limit(own, around, unsure)
    return ImportedRoute(
        service=found.service,
        path=path,
        port=found.port,
        strip=strip,
        timeout_s=None if upgrade else read_s,
        websocket_timeout_s=read_s if upgrade else None,
        rate=rate,
        burst=burst,
        body_bytes_max=_body(own, unsure),
        allow=allow if closed else (),
        cache=_cache(own),
        line=location.line,
    )


def _path(location: Directive, unsure: Unsure, remark: Callable[[str], None]) -> str | None:
    """Return the prefix that a location means."""
    modifier, path = ("", *location.args)[-2:]
    if modifier in {"", "^~"} and path.startswith("/"):
        return _whole(location, path, unsure)
    if modifier == "=":
        remark(f"line {location.line}: `= {path}` takes what is below {path}, too")
        return _whole(location, path, unsure)
    if modifier in {"~", "~*"}:
        prefix = words.plain_prefix(path)
        if prefix is not None:
            return _whole(location, prefix, unsure)
        files = r"\.(" in path
        unsure(
            location,
            "routes are prefixes, not file names; for assets: `cache: hashed` at the route"
            if files
            else "routes are prefixes, not regular expressions",
        )
        return None
    unsure(location, "a named location; Shipway knows paths only")
    return None


def _whole(location: Directive, path: str, unsure: Unsure) -> str | None:
    clean = path.rstrip("/") or "/"
    if not re.fullmatch(r"/|(/[A-Za-z0-9._~!$&()*+,=:@%-]+)+", clean):
        unsure(location, "the path holds characters that a route cannot have")
        return None
    return clean


def _in_force(block: Sequence[Directive], outer: Sequence[Directive]) -> tuple[Directive, ...]:
    """Return the location's own directives, and outer ones that it does not replace."""
    said = {item.name for item in block}
    return (
        *block,
        *(item for item in outer if item.name in INHERITED and item.name not in said),
    )


def _target(
    location: Directive,
    path: str,
    around: Around,
    unsure: Unsure,
    remark: Callable[[str], None],
) -> tuple[Target, bool] | None:
    """Return the service and whether the prefix is removed."""
    passing = next((item for item in location.block if item.name == "proxy_pass"), None)
    if passing is None:
        return _files_target(location, path, around, unsure, remark)
    values = {item.args[0]: item.args[1] for item in location.all("set") if len(item.args) == 2}
    url = passing.args[0] if passing.args else ""
    for name, value in values.items():
        url = url.replace(name, value)
    parts = urlsplit(url)
    if parts.scheme != "http" or "$" in parts.netloc or not parts.hostname:
        unsure(passing, "Shipway speaks plain HTTP with instances, and must know which")
        return None
    try:
        found = around.find(parts.hostname, parts.port)
    except ValueError:  # a port that is none
        found = None
    if found is None:
        unsure(passing, f"no Compose service is called {parts.hostname}")
        return None
    if parts.path in {"", "$request_uri"} or parts.path.rstrip("/") == path.rstrip("/"):
        return found, False
    if parts.path == "/" and path != "/":
        return found, True
    unsure(passing, f"{path} would become {parts.path}: a route only removes its whole prefix")
    return None


def _files_target(
    location: Directive,
    path: str,
    around: Around,
    unsure: Unsure,
    remark: Callable[[str], None],
) -> tuple[Target, bool] | None:
    """Return the service that stands in for files which nginx served itself."""
    served = next((item for item in location.block if item.name in {"alias", "root"}), None)
    if served is None:
        if any(item.name == "return" for item in location.block):
            unsure(location, "nginx answered itself; Shipway only passes requests on")
        else:
            unsure(location, "nothing says where its requests go")
        return None
    if around.home is None or path == "/":
        unsure(served, "nginx served files itself; Shipway passes requests on to services")
        return None
    remark(
        f"line {served.line}: nginx served {path} itself from {' '.join(served.args)}; now "
        f"{around.home} is asked, whose image must hold these files"
    )
    return Target(service=around.home, port=None), False


def _report(location: Directive, unsure: Unsure) -> None:
    for item in location.block:
        if item.name in DONE_ANYWAY | INHERITED | {"proxy_pass", "alias", "root"}:
            header = item.args[0].lower() if item.args else ""
            if item.name == "proxy_set_header" and header not in FORWARDED:
                unsure(item, "the ingress sets no request headers of your own")
            if item.name == "add_header" and header not in {"cache-control", "pragma"}:
                unsure(item, "headers are set for the whole environment: `ingress: {headers: …}`")
            continue
        unsure(item, WHY.get(item.name, NO_WORD))


def _read_timeout(own: Sequence[Directive], unsure: Unsure) -> float | None:
    found = next((item for item in own if item.name == "proxy_read_timeout"), None)
    if found is None:
        return None
    value = words.seconds(" ".join(found.args))
    if value is None:
        unsure(found, "this is no duration")
    return value


def _body(own: Sequence[Directive], unsure: Unsure) -> int | None:
    found = next((item for item in own if item.name == "client_max_body_size"), None)
    if found is None:
        return None
    value = words.size(" ".join(found.args))
    if value is None:
        unsure(found, "this is no size")
    return value or None  # 0: no limit


def _limit(own: Sequence[Directive], around: Around, unsure: Unsure) -> tuple[str, int | None]:
    found = next((item for item in own if item.name == "limit_req"), None)
    if found is None:
        return "", None
    values = dict(arg.partition("=")[::2] for arg in found.args)
    rate = around.zones.get(values.get("zone", ""))
    if rate is None:
        unsure(found, "its zone is not one by client address with a rate")
        return "", None
    burst = values.get("burst", "0")
    return rate, int(burst) if burst.isdigit() else 0


def _cache(own: Sequence[Directive]) -> str:
    """Return how long browsers may keep answers, as shipway.yaml says it."""
    controls = " ".join(_headers(own, "cache-control")).lower()
    if "no-store" in controls or "no-cache" in controls:
        return "no-store"
    age = re.search(r"max-age=([0-9]+)", controls)
    expires = next((item.args for item in own if item.name == "expires"), ())
    value = float(age[1]) if age else words.seconds(expires[-1]) if expires else None
    if "immutable" in controls or expires == ("max",):
        return "immutable"
    if expires and expires[-1] in {"-1", "epoch"}:
        return "no-store"
    if not value:
        return ""
    return "immutable" if value >= 31_536_000 else words.duration(value)


def _headers(own: Sequence[Directive], name: str) -> Iterator[str]:
    for item in own:
        if item.name == "add_header" and len(item.args) > 1 and item.args[0].lower() == name:
            yield item.args[1]
