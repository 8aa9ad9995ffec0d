"""What the ingress is asked for: listeners, routes, backends and their upstreams.

The whole is one value.  The ingress makes the running state equal to it; nothing is
ever changed by a request that does not also stand in such a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UpstreamState(StrEnum):
    """Whether an upstream gets new requests."""

    READY = "ready"
    DRAIN = "drain"  # finishes what it has, gets nothing new


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """One instance behind a backend; `name` is unique within it, e.g. `r42-1`."""

    name: str
    address: str
    port: int
    state: UpstreamState = UpstreamState.READY


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One routed service of one environment; `id` is e.g. `shop.staging.api`.

    With no upstream that is ready it answers 503 itself.
    connect, response and tunnel (upgraded connections) time-outs are in seconds.
    """

    id: str
    upstreams: tuple[Upstream, ...] = ()
    connect_timeout_s: float = 5.0
    response_timeout_s: float = 60.0
    tunnel_timeout_s: float = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Sends requests to a backend; the longest matching path wins, a host before none.

    host: lower-case name without port, None: any.  path: a prefix of whole segments:
    `/api` matches `/api` and `/api/x`, not `/apix`.
    strip: a prefix of `path`, removed before the request is passed on: `/shop` makes
    `/shop/api/x` arrive as `/api/x`; empty: nothing is removed.
    """

    backend: str
    host: str | None = None
    path: str = "/"
    strip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """An address and port on which requests are taken, and where they go."""

    port: int
    address: str = "0.0.0.0"  # noqa: S104 - the front door of the server
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressConfig:
    """Everything that the ingress serves on this machine."""

    listeners: tuple[Listener, ...] = ()
    backends: tuple[Backend, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamStatus:
    """What the ingress sees of an upstream: open connections and requests so far."""

    backend: str
    name: str
    address: str
    port: int
    state: UpstreamState
    connections: int
    requests_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressStatus:
    """The running state, read from the proxy itself; `running` False: no proxy is up."""

    running: bool
    version: str | None = None
    pid: int | None = None
    upstreams: tuple[UpstreamStatus, ...] = ()
