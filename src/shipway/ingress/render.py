"""IngressConfig → HAProxy's configuration.  Pure and deterministic.

All paths in it are relative to the directory that HAProxy runs in, so neither the text
nor the sockets depend on where that is (a socket's path may hold 107 bytes only).

The text without its `server` lines is the structure.  Its hash stands in the global
`description`, which a running worker reports: whether a reload is needed is asked of the
worker itself, not remembered.

After a reload an old worker lives on while clients hold connections to it, and HAProxy
2.6 refuses to change servers in a worker that is stopping.  A request that still arrives
there must not be sent by yesterday's list: a stopping worker passes it, whole, to the
newest one over the listener's `handover` socket, with the client's address (PROXY
protocol), and closes the connection after the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from shipway.ingress.checked import checked
from shipway.ingress.routing import render_map, stripped_segments
from shipway.ingress.settings import IngressSettings
from shipway.model.routing import Backend, IngressConfig, Listener, Upstream, UpstreamState

RUNTIME_SOCKET = "runtime.sock"
METRICS_SOCKET = "metrics.sock"
SERVER_PARAMETERS = "pool-purge-delay 100ms"
"""On every server, in the file and over the runtime API, which knows no default-server.

Every 100 ms half of the idle upstream connections are closed, long before an application
server closes them (gunicorn after 2 s, uvicorn and node after 5 s): a request that
crosses such a close is lost, as it must not be sent twice.  Measured with 200 clients in
bursts and an upstream that closes after 2 s: 132 of 2,200 requests lost at 1 s, 12 at
500 ms, none at 200 and 100 ms; under steady load the delay costs nothing.
"""

_NOT_FOUND = "404: nothing is served at this address."
_ERRORS = {
    502: "502: the application gave no valid answer.",
    503: "503: the application is not available just now. Please try again in a moment.",
    504: "504: the application took too long to answer.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A configuration ready to be written.

    text: the main file.  maps: the map files it names, by file name; a map's name holds
    its content's hash, so that a main file always finds the maps it was made with.
    structure: the hash of all that only a reload can change.
    """

    text: str
    maps: Mapping[str, str]
    structure: str


def render(config: IngressConfig, settings: IngressSettings) -> Rendered:
    """Return HAProxy's files for `config`; equal input gives equal text.

    Raises Problem `ingress-refused`.
    """
    checked(config)
    listeners = sorted(config.listeners, key=lambda one: (one.port, one.address))
    backends = sorted(config.backends, key=lambda one: one.id)
    maps: dict[str, str] = {}
    frontends: list[str] = []
    for listener in listeners:
        content = render_map(listener.routes)
        map_name = f"routes-{listener_label(listener)}-{_digest(content)}.map"
        maps[map_name] = content
        frontends += _frontend(listener, map_name)
    body = [
        *_defaults(config, settings),
        *(_metrics() if settings.prometheus else ()),
        *frontends,
    ]
    skeleton = [*body, *(line for one in backends for line in _backend(one, with_servers=False))]
    structure = _digest("\n".join([*_global(settings, ""), *skeleton]))
    text = [
        *_global(settings, structure),
        *body,
        *(line for one in backends for line in _backend(one, with_servers=True)),
    ]
    return Rendered(text="".join(f"{line}\n" for line in text), maps=maps, structure=structure)


def server_id(upstream: Upstream) -> str:
    """Return the upstream's name inside HAProxy: `r42-1:10.0.0.7:8000`.

    It holds the address, so that an upstream that comes back at another address is
    another server: the new one is added before the old one goes.
    """
    return f"{upstream.name}:{upstream.address}:{upstream.port}"


def parse_server_id(text: str) -> tuple[str, str, int]:
    """Return name, address and port from `server_id`'s form."""
    name, _, rest = text.partition(":")
    address, _, port = rest.rpartition(":")
    return name, address, int(port)


def endpoint(address: str, port: int) -> str:
    """Return `10.0.0.7:80` or `[fd00::7]:80`."""
    return f"[{address}]:{port}" if ip_address(address).version == 6 else f"{address}:{port}"


def listener_label(listener: Listener) -> str:
    """Return a listener's name for files: `0.0.0.0-4400`."""
    return f"{listener.address.replace(':', '_')}-{listener.port}"


def _global(settings: IngressSettings, structure: str) -> Iterator[str]:
    yield "# Written by Shipway from its state; changes made here are lost."
    yield "global"
    yield f"    description shipway-{structure}"
    yield f"    stats socket unix@{RUNTIME_SOCKET} mode 600 level admin expose-fd listeners"
    yield f"    maxconn {settings.connections_max}"
    yield f"    nbthread {settings.threads}"
    yield f"    hard-stop-after {_ms(settings.lingering_worker_s)}"


def _defaults(config: IngressConfig, settings: IngressSettings) -> Iterator[str]:
    # A client may be silent for as long as the slowest backend may think.
    client_s = max(
        settings.client_timeout_s, *(one.response_timeout_s for one in config.backends), 0.0
    )
    yield "defaults"
    yield "    mode http"
    yield "    timeout connect 5s"
    yield f"    timeout client {_ms(client_s)}"
    yield "    timeout server 60s"
    yield "    timeout queue 10s"
    yield "    timeout client-fin 30s"
    yield "    timeout server-fin 30s"
    yield f"    timeout http-request {_ms(settings.request_timeout_s)}"
    yield f"    timeout http-keep-alive {_ms(settings.keep_alive_timeout_s)}"
    # Only a connection that was never made is tried again: a request may have been done.
    yield f"    retries {settings.connect_retries}"
    yield "    retry-on conn-failure"
    yield "    option redispatch 1"
    yield "    option idle-close-on-response"
    # Peers that vanished without a word end their WebSockets after two minutes.
    for side in ("cli", "srv"):
        yield f"    option {side}tcpka"
        yield f"    {side}tcpka-idle 60s"
        yield f"    {side}tcpka-intvl 10s"
        yield f"    {side}tcpka-cnt 6"
    for status, text in _ERRORS.items():
        retry = " hdr Retry-After 2" if status == 503 else ""
        yield f"    http-error status {status} {_plain(text)}{retry}"


def _metrics() -> Iterator[str]:
    yield "frontend metrics"
    yield f"    bind unix@{METRICS_SOCKET} mode 600"
    yield "    http-request use-service prometheus-exporter"


def _frontend(listener: Listener, map_name: str) -> Iterator[str]:
    name = f"{listener.address}:{listener.port}"
    handover = f"handover:{name}"
    socket = f"unix@handover-{listener_label(listener)}.sock"
    only = " v6only" if ip_address(listener.address).version == 6 else ""
    found = "{ var(txn.route) -m found }"
    yield f"frontend {name}"
    yield f"    bind {endpoint(listener.address, listener.port)}{only}"
    yield f"    bind {socket} mode 600 accept-proxy"
    # Decided once: had it been asked again later, a path could be stripped twice.
    yield f"    http-request set-var(txn.backend) str({handover}) if {{ stopping }}"
    yield "    http-request allow if { var(txn.backend) -m found }"
    yield "    http-request set-var(txn.path) path,concat(/)"
    yield (
        "    http-request set-var(txn.route) req.hdr(host),host_only,lower,rtrim(.),"
        f"concat(,txn.path),map_beg({map_name})"
    )
    yield (
        f"    http-request set-var(txn.route) str(*),concat(,txn.path),map_beg({map_name}) "
        f"unless {found}"
    )
    yield f"    http-request return status 404 {_plain(_NOT_FOUND)} unless {found}"
    yield "    http-request set-var(txn.backend) var(txn.route),field(1,|)"
    # This is the edge: what a client claims about itself is not passed on.
    yield "    http-request del-header Forwarded"
    yield "    http-request del-header Proxy"
    yield "    http-request del-header X-Forwarded-Prefix"
    yield "    http-request set-header X-Forwarded-For %[src]"
    yield "    http-request set-header X-Real-IP %[src]"
    yield "    http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]"
    yield "    http-request set-header X-Forwarded-Host %[req.hdr(host)]"
    yield "    http-request set-header X-Forwarded-Port %[dst_port]"
    counts = sorted({stripped_segments(route) for route in listener.routes} - {0})
    if counts:
        yield "    http-request set-var(txn.strip) var(txn.route),field(2,|)"
    for count in counts:
        match = f"if {{ var(txn.strip) -m str {count} }}"
        yield f"    http-request set-header X-Forwarded-Prefix %[var(txn.route),field(3,|)] {match}"
        yield f"    http-request set-path /%[path,field({count + 2},/,0)] {match}"
    yield "    http-response del-header Server"
    yield "    http-response del-header X-Powered-By"
    yield "    use_backend %[var(txn.backend)]"
    yield f"backend {handover}"
    yield "    retries 1"
    # The newest worker keeps the time: this leg waits for as long as any backend may.
    yield f"    timeout server {_ms(86_400.0)}"
    yield f"    timeout tunnel {_ms(86_400.0)}"
    yield "    http-reuse never"
    yield f"    server newest {socket} send-proxy-v2"


def _backend(backend: Backend, *, with_servers: bool) -> Iterator[str]:
    yield f"backend {backend.id}"
    yield "    balance roundrobin"
    yield f"    timeout connect {_ms(backend.connect_timeout_s)}"
    yield f"    timeout server {_ms(backend.response_timeout_s)}"
    yield f"    timeout tunnel {_ms(backend.tunnel_timeout_s)}"
    if not with_servers:
        return
    for upstream in sorted(backend.upstreams, key=lambda one: one.name):
        # In a file a server cannot drain; after a start it has nothing to finish either.
        closed = "" if upstream.state is UpstreamState.READY else " disabled"
        where = endpoint(upstream.address, upstream.port)
        yield f"    server {server_id(upstream)} {where} {SERVER_PARAMETERS}{closed}"


def _plain(text: str) -> str:
    kind = 'content-type "text/plain; charset=utf-8"'
    return f'{kind} string "{text}\\n" hdr Cache-Control no-store'


def _ms(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))}ms"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
