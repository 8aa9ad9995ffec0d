"""What the ingress is asked for: listeners, routes, backends and their upstreams.

The whole is one value.  The ingress makes the running state equal to it; nothing is
ever changed by a request that does not also stand in such a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shipway.model.workload import SecretMap


class UpstreamState(StrEnum):
    """Whether an upstream gets new requests."""

    READY = "ready"
    DRAIN = "drain"  # finishes what it has, gets nothing new


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """One instance behind a backend; `name` is unique within it, e.g. `r42-1`.

    holds: no instance, but a waker: it takes one connection at a time and never answers its
    handshake; when it closes that, the request, of which nothing was sent, goes elsewhere.
    """

    name: str
    address: str
    port: int
    state: UpstreamState = UpstreamState.READY
    holds: bool = False


PAGES = (403, 413, 429, 502, 503, 504)
"""Statuses that the ingress answers itself for a backend, and for which a page may be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """A backend whose environment is being worked on answers 503 itself.

    page: HTML, empty: the ingress' own sentence.  allow: networks that are let through.
    """

    page: str = ""
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One routed service of one environment; `id` is e.g. `shop.staging.api`.

    With no upstream that is ready it answers 503 itself.
    connect, response and tunnel (upgraded connections) time-outs are in seconds; a route's
    own time-outs go before them.
    hold_s: how long requests may wait where it sleeps and wakes; 0: it never sleeps.
    headers: set on every answer that does not carry them already.
    hsts_s: seconds for which browsers are told to come by HTTPS only; 0: not told.
    compress: answers that are text are compressed for clients that want it.
    pages: HTML by status, for what the ingress itself answers (see PAGES).
    """

    id: str
    upstreams: tuple[Upstream, ...] = ()
    connect_timeout_s: float = 5.0
    response_timeout_s: float = 60.0
    tunnel_timeout_s: float = 86_400.0
    hold_s: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()
    hsts_s: int = 0
    compress: bool = False
    pages: Mapping[int, str] = field(default_factory=dict)
    maintenance: Maintenance | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """At most `requests` in `per_s` seconds from one client, and `burst` more at once."""

    requests: int
    per_s: float = 60.0
    burst: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePolicy:
    """What holds for a route's requests, beside where they go.

    rate: answered 429 above it.  body_bytes_max: answered 413 above it.
    allow: networks; everyone else is answered 403.  login: the id of a Login, empty: none.
    cache: Cache-Control for good answers that carry none; with `cache_hashed`, only for
    files whose name holds a hash of their content.
    response and tunnel time-outs in seconds; None: the backend's.
    """

    rate: RateLimit | None = None
    body_bytes_max: int | None = None
    allow: tuple[str, ...] = ()
    login: str = ""
    cache: str = ""
    cache_hashed: bool = False
    response_timeout_s: float | None = None
    tunnel_timeout_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Sends requests to a backend; the longest matching path wins, a host before none.

    host: lower-case name without port, None: any.  path: a prefix of whole segments:
    `/api` matches `/api` and `/api/x`, not `/apix`.
    strip: a prefix of `path`, removed before the request is passed on: `/shop` makes
    `/shop/api/x` arrive as `/api/x`; empty: nothing is removed.
    https_port: the client is sent to this port by HTTPS instead (308); backend is empty.
    """

    backend: str = ""
    host: str | None = None
    path: str = "/"
    strip: str = ""
    policy: RoutePolicy = RoutePolicy()
    https_port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """An address and port on which requests are taken, and where they go.

    tls: clients speak TLS; a name without a certificate gets a self-signed one.
    trusted_proxies: networks whose X-Forwarded-For and -Proto are believed.
    """

    port: int
    address: str = "0.0.0.0"  # noqa: S104 - the front door of the server
    routes: tuple[Route, ...] = ()
    tls: bool = False
    trusted_proxies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Users and their passwords, for routes that want a login; browsers show the id."""

    id: str
    users: SecretMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate for TLS listeners; `id` is unique, names may hold wildcards.

    pem: its chain and its private key.
    """

    id: str
    names: tuple[str, ...]
    pem: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """Lets an ACME account prove that it controls a host, by HTTP-01 on plain listeners.

    thumbprint: of the account's key (RFC 7638); it is public.
    """

    host: str
    thumbprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressConfig:
    """Everything that the ingress serves on this machine."""

    listeners: tuple[Listener, ...] = ()
    backends: tuple[Backend, ...] = ()
    logins: tuple[Login, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    challenges: tuple[Challenge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTiming:
    """One request as the ingress saw it.

    at: when it came, seconds since the epoch.  backend and upstream: empty where none took
    it (a redirect, a 404, a refusal).  response_s: until the answer began, None where none
    did; total_s: until its last byte.  ended: HAProxy's termination state, `----` when all
    was well.  path: without its query.
    """

    at: float
    backend: str
    upstream: str
    status: int
    response_s: float | None
    total_s: float
    ended: str
    method: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTimings:
    """What came in since the last time; `lost`: more came than the ingress remembers."""

    requests: tuple[RequestTiming, ...] = ()
    lost: bool = False


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
