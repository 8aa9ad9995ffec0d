"""What was imported, as lines of shipway.yaml.  Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from shipway.nginx.found import Imported, ImportedRoute
from shipway.nginx.words import duration

HELD_ANYWAY = {"timeout": 60.0, "websocket_timeout": 86_400.0, "burst": 20.0}
"""What a route has where nothing is said; it is not said again."""
_SIZES = (("GB", 1024**3), ("MB", 1024**2), ("kB", 1024))


def spec_lines(found: Imported, set_anyway: Mapping[str, str] | None = None) -> list[str]:
    """Return the lines, without the proxy's own service; empty where nothing was understood.

    set_anyway: headers that the ingress sets by itself.
    """
    if not found.routes:
        return []
    lines = _environment_lines(found)
    lines += ["routes:", *(f"  {_key(route)}: {_value(route)}" for route in _ordered(found))]
    ingress = []
    known = {name.lower(): value for name, value in (set_anyway or {}).items()}
    wanted = {
        name: value for name, value in found.headers.items() if known.get(name.lower()) != value
    }
    if wanted:
        headers = ", ".join(f"{name}: {_text(value)}" for name, value in wanted.items())
        ingress.append(f"headers: {{{headers}}}")
    if found.compress:
        ingress.append("compress: true")
    if ingress:
        lines += ["ingress:", *(f"  {item}" for item in ingress)]
    return lines


def _environment_lines(found: Imported) -> list[str]:
    values = []
    named = bool(found.hosts) or any(route.host for route in found.routes)
    if found.tls and not named:
        return []  # a certificate is ordered for a name, and nginx was told none
    if found.tls:
        hsts = f"{{hsts: {duration(found.hsts_s)}}}" if found.hsts_s else "auto"
        values.append(f"tls: {hsts}")
    elif found.port is not None and found.port not in {4400, 4500}:
        values.append(f"port: {found.port}")
    if found.hosts:
        values.append(f"hosts: [{', '.join(found.hosts)}]")
    if not values:
        return []
    return ["environments:", "  staging: 4400", f"  production: {{{', '.join(values)}}}"]


def _ordered(found: Imported) -> list[ImportedRoute]:
    return sorted(found.routes, key=lambda route: (route.host or "", -len(route.path), route.path))


def _key(route: ImportedRoute) -> str:
    if route.host is None:
        return route.path
    return route.host if route.path == "/" else f"{route.host}{route.path}"


def _value(route: ImportedRoute) -> str:
    parts = [f"service: {route.service}"]
    if route.port is not None:
        parts.append(f"port: {route.port}")
    if route.strip:
        parts.append("strip: true")
    if route.timeout_s not in {None, HELD_ANYWAY["timeout"]}:
        parts.append(f"timeout: {duration(route.timeout_s or 0)}")
    if route.websocket_timeout_s not in {None, HELD_ANYWAY["websocket_timeout"]}:
        parts.append(f"websocket_timeout: {duration(route.websocket_timeout_s or 0)}")
    if route.rate:
        parts.append(f"rate: {route.rate}")
        if route.burst != HELD_ANYWAY["burst"]:
            parts.append(f"burst: {route.burst or 0}")
    if route.body_bytes_max:
        parts.append(f"max_body: {_size(route.body_bytes_max)}")
    if route.allow:
        parts.append(f"allow: [{', '.join(_text(item) for item in route.allow)}]")
    if route.cache:
        parts.append(f"cache: {route.cache}")
    return route.service if len(parts) == 1 else f"{{{', '.join(parts)}}}"


def _size(value: int) -> str:
    for unit, length in _SIZES:
        if value % length == 0:
            return f"{value // length}{unit}"
    return f"{value}B"


def _text(value: str) -> str:
    return json.dumps(value)
