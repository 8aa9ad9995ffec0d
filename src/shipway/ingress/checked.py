"""Refuses a configuration that HAProxy must never read.

Everything that reaches the rendered file, a map file or a control socket is matched
here against a closed set of characters, so that no name can carry a line break, a quote
or a brace into them.  Invariant: `checked(config)` is called before anything is rendered.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_address
from typing import NoReturn

from shipway.errors import Problem
from shipway.ingress.routing import within
from shipway.model.routing import Backend, IngressConfig, Listener, Route, Upstream

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}")
HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*"
)
PATH = re.compile(r"/|(/[A-Za-z0-9._~!$&()*+,=:@%-]{1,255}){1,32}/?")
TIMEOUT_S_MAX = 2_000_000.0
"""HAProxy counts milliseconds in 31 bits: just under 25 days."""


def checked(config: IngressConfig) -> IngressConfig:
    """Return `config` if it may be rendered, else raise Problem `ingress-refused`."""
    for backend in config.backends:
        _check_backend(backend)
    _refuse_twice("backend", (backend.id for backend in config.backends))
    _refuse_twice(
        "listener", (f"{listener.address}:{listener.port}" for listener in config.listeners)
    )
    known = frozenset(backend.id for backend in config.backends)
    for listener in config.listeners:
        _check_listener(listener, known)
    return config


def _check_backend(backend: Backend) -> None:
    if not NAME.fullmatch(backend.id):
        _refuse(f"{backend.id!r} cannot name a backend: letters, digits, dots and dashes only.")
    for name, seconds in (
        ("connect", backend.connect_timeout_s),
        ("response", backend.response_timeout_s),
        ("tunnel", backend.tunnel_timeout_s),
    ):
        if not (math.isfinite(seconds) and 0.001 <= seconds <= TIMEOUT_S_MAX):
            _refuse(
                f"{backend.id}: a {name} time-out of {seconds} s is not between 1 ms and 23 days."
            )
    for upstream in backend.upstreams:
        _check_upstream(backend, upstream)
    _refuse_twice(f"upstream of {backend.id}", (one.name for one in backend.upstreams))


def _check_upstream(backend: Backend, upstream: Upstream) -> None:
    if not NAME.fullmatch(upstream.name):
        _refuse(
            f"{backend.id}: {upstream.name!r} cannot name an upstream: "
            "letters, digits, dots and dashes only."
        )
    _check_address(f"{backend.id}/{upstream.name}", upstream.address, upstream.port)


def _check_listener(listener: Listener, known: frozenset[str]) -> None:
    label = f"listener {listener.address}:{listener.port}"
    _check_address(label, listener.address, listener.port)
    for route in listener.routes:
        _check_route(label, route, known)
    _refuse_twice(
        f"route of {label}",
        (f"{route.host or '*'}{route.path.rstrip('/')}/" for route in listener.routes),
    )


def _check_route(label: str, route: Route, known: frozenset[str]) -> None:
    if route.backend not in known:
        _refuse(f"{label}: a route names the backend {route.backend!r}, which does not exist.")
    if route.host is not None and not HOST.fullmatch(route.host):
        _refuse(f"{label}: {route.host!r} is not a lower-case host name without a port.")
    for path in (route.path, route.strip or "/"):
        segments = path.split("/")
        if not PATH.fullmatch(path) or "." in segments or ".." in segments:
            _refuse(f"{label}: {path!r} is not a path of whole segments such as /api.")
    if not within(route.path, route.strip):
        _refuse(f"{label}: {route.strip!r} cannot be removed from {route.path!r}.")


def _check_address(label: str, address: str, port: int) -> None:
    try:
        parsed = ip_address(address)
    except ValueError:
        _refuse(f"{label}: {address!r} is not an IP address.")
    if getattr(parsed, "scope_id", None) is not None:
        _refuse(f"{label}: {address!r}: an address with a zone is not supported.")
    if not 1 <= port <= 65_535:
        _refuse(f"{label}: {port} is not a port.")


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            _refuse(f"{what}: {name} is there {count} times.")


def _refuse(message: str) -> NoReturn:
    raise Problem(
        "ingress-refused",
        f"{message} The proxy keeps serving as before.",
        hints=["shipway check"],
    )
