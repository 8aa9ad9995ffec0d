"""Refuses a configuration that HAProxy must never read.

Everything that reaches the rendered file, a map file or a control socket is matched
here against a closed set of characters, so that no name can carry a line break, a quote
or a brace into them.  Invariant: `checked(config)` is called before anything is rendered.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from shipway.ingress.checked_parts import (
    HOST,
    NAME,
    check_additions,
    check_answers,
    check_network,
    check_policy,
    check_seconds,
    refuse,
    refuse_twice,
)
from shipway.model.routes import within
from shipway.model.routing import Backend, IngressConfig, Listener, Route, Upstream

PATH = re.compile(r"/|(/[A-Za-z0-9._~!$&()*+,=:@%-]{1,255}){1,32}/?")


def checked(config: IngressConfig) -> IngressConfig:
    """Return `config` if it may be rendered, else raise Problem `ingress-refused`."""
    for backend in config.backends:
        _check_backend(backend)
        check_answers(backend)
    refuse_twice("backend", (backend.id for backend in config.backends))
    refuse_twice(
        "listener", (f"{listener.address}:{listener.port}" for listener in config.listeners)
    )
    known = frozenset(backend.id for backend in config.backends)
    for listener in config.listeners:
        _check_listener(listener, known)
    check_additions(config)
    return config


def _check_backend(backend: Backend) -> None:
    if not NAME.fullmatch(backend.id):
        refuse(f"{backend.id!r} cannot name a backend: letters, digits, dots and dashes only.")
    for name, seconds in (
        ("connect", backend.connect_timeout_s),
        ("response", backend.response_timeout_s),
        ("tunnel", backend.tunnel_timeout_s),
        ("holding", backend.hold_s or 1.0),
    ):
        check_seconds(f"{backend.id}: {name}", seconds)
    for upstream in backend.upstreams:
        _check_upstream(backend, upstream)
    refuse_twice(f"upstream of {backend.id}", (one.name for one in backend.upstreams))


def _check_upstream(backend: Backend, upstream: Upstream) -> None:
    if not NAME.fullmatch(upstream.name):
        refuse(
            f"{backend.id}: {upstream.name!r} cannot name an upstream: "
            "letters, digits, dots and dashes only."
        )
    _check_address(f"{backend.id}/{upstream.name}", upstream.address, upstream.port)


def _check_listener(listener: Listener, known: frozenset[str]) -> None:
    label = f"listener {listener.address}:{listener.port}"
    _check_address(label, listener.address, listener.port)
    for network in listener.trusted_proxies:
        check_network(label, network)
    for route in listener.routes:
        _check_route(label, route, known)
        check_policy(f"{label}{route.path}", route.policy)
    refuse_twice(
        f"route of {label}",
        (f"{route.host or '*'}{route.path.rstrip('/')}/" for route in listener.routes),
    )


def _check_route(label: str, route: Route, known: frozenset[str]) -> None:
    if route.https_port is not None:
        _check_address(label, "0.0.0.0", route.https_port)  # noqa: S104 - only the port counts
        if route.backend:
            refuse(f"{label}: a route sends to {route.backend} and to HTTPS.")
    elif route.backend not in known:
        refuse(f"{label}: a route names the backend {route.backend!r}, which does not exist.")
    if route.host is not None and not HOST.fullmatch(route.host):
        refuse(f"{label}: {route.host!r} is not a lower-case host name without a port.")
    for path in (route.path, route.strip or "/"):
        segments = path.split("/")
        if not PATH.fullmatch(path) or "." in segments or ".." in segments:
            refuse(f"{label}: {path!r} is not a path of whole segments such as /api.")
    if not within(route.path, route.strip):
        refuse(f"{label}: {route.strip!r} cannot be removed from {route.path!r}.")


def _check_address(label: str, address: str, port: int) -> None:
    try:
        parsed = ip_address(address)
    except ValueError:
        refuse(f"{label}: {address!r} is not an IP address.")
    if getattr(parsed, "scope_id", None) is not None:
        refuse(f"{label}: {address!r}: an address with a zone is not supported.")
    if not 1 <= port <= 65_535:
        refuse(f"{label}: {port} is not a port.")
