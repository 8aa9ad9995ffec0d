"""The section of a listener: what every request passes before it has a backend.  Pure.

After a reload an old worker lives on while clients hold connections to it, and HAProxy
2.6 refuses to change servers in a worker that is stopping.  A request that still arrives
there must not be sent by yesterday's list: a stopping worker passes it, whole, to the
newest one over the listener's `handover` socket, with the client's address (PROXY
protocol), and closes the connection after the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from shipway.ingress.needs import Needs, needs_of
from shipway.ingress.routing import HTTPS, kinds, render_map, stripped_segments
from shipway.ingress.settings import IngressSettings
from shipway.ingress.text import answer, digest, endpoint, listener_label, milliseconds
from shipway.model.routing import Challenge, IngressConfig, Listener

DEFAULT_CERTIFICATE = "default.pem"
CERTIFICATES = "certificates.list"
CLIENTS = "clients:"
"""The table that counts each client's connections."""

ACCESS_RING = "access"
ACCESS_FORMAT = "%rt %Ts.%ms %ST %Tr %Ta %tsc %b %s %HM %HPO"
"""A number that grows within a worker, then what a RequestTiming holds."""

HEAD_PUNCTUATION_MAX = 512
"""Bytes of a head that HAProxy does not hold: four for each of at most 101 headers, and a few."""

CHALLENGE = "/.well-known/acme-challenge/"
# In single quotes HAProxy takes everything as it stands.
_HOST = r"'^([A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$'"
_CLIMBS = r"'(^|/)\.\.?(/|$)'"
_UNPRINTABLE = r"'[\\\x00-\x1f\x7f]'"
_NUL = r"'\x00'"
_ASKED = r"'^/[^/]+/[^/]+/[A-Za-z0-9_-]{1,128}$'"
_BACKEND = "field(1,|)"
_FORWARDED = ("For", "Proto", "Host", "Port", "Prefix")
_MERGED = """%[path,'regsub("//+","/",g)']"""
_FOUND = "{ var(txn.route) -m found }"
_ODD = r"path_sub % // /. ; \\ \#"
_UNDERSTOOD = """'path,url_dec,regsub(";[^/]*","",g),regsub("//+","/",g),concat(/)'"""


def route_maps(config: IngressConfig) -> dict[str, str]:
    """Return the map files of all listeners by name; a name holds its content's hash."""
    return {map_name(listener, config): _routes(listener, config) for listener in config.listeners}


def map_name(listener: Listener, config: IngressConfig) -> str:
    """Return the name of a listener's map file."""
    return f"routes-{listener_label(listener)}-{digest(_routes(listener, config))}.map"


def challenge_map(challenges: tuple[Challenge, ...]) -> str:
    """Return the map file of hosts and the thumbprints of the accounts that ask for them."""
    return "".join(sorted(f"{one.host} {one.thumbprint}\n" for one in challenges))


def challenge_map_name(challenges: tuple[Challenge, ...]) -> str:
    """Return its name."""
    return f"challenges-{digest(challenge_map(challenges))}.map"


def clients_table() -> Iterator[str]:
    """Yield the section that counts connections by client."""
    yield f"backend {CLIENTS}"
    yield "    stick-table type ipv6 size 100000 expire 5m store conn_cur"


def frontend_section(
    listener: Listener, config: IngressConfig, settings: IngressSettings
) -> Iterator[str]:
    """Yield a listener's lines, and those of the way to the newest worker."""
    name = f"{listener.address}:{listener.port}"
    handover = f"handover:{name}"
    socket = f"unix@handover-{listener_label(listener)}.sock"
    needs = needs_of(listener, config)
    yield f"frontend {name}"
    yield f"    bind {_bind(listener)}"
    yield f"    bind {socket} mode 600 accept-proxy"
    yield f"    log ring@{ACCESS_RING} local0"
    yield f'    log-format "{ACCESS_FORMAT}"'
    yield "    option dontlognull"
    yield from (f"    {line}" for line in _connection(listener, settings))
    # Decided once: had it been asked again later, a path could be stripped twice.  What has
    # no route now goes to the default, the newest worker.
    yield "    http-request allow if { stopping }"
    yield from (f"    {line}" for line in _refusals(settings))
    if config.challenges and not listener.tls:
        yield from (f"    {line}" for line in _challenges(config))
    yield from (f"    {line}" for line in _client(listener, needs))
    rest = [*_found(listener, needs), *_strip(listener)]
    yield from (f"    {line}" for line in _route(listener, config, quickly=not rest))
    yield from (f"    {line}" for line in rest)
    yield "    http-response del-header Server"
    yield "    http-response del-header X-Powered-By"
    yield f"    use_backend {_chosen(listener)}"
    yield f"    default_backend {handover}"
    yield f"backend {handover}"
    yield "    retries 1"
    # The newest worker keeps the time: this leg waits for as long as any backend may.
    yield f"    timeout server {milliseconds(86_400.0)}"
    yield f"    timeout tunnel {milliseconds(86_400.0)}"
    yield "    http-reuse never"
    yield f"    server newest {socket} send-proxy-v2"


def _chosen(listener: Listener) -> str:
    """Return the backend of a route that was found.

    Where all lead to one it is named: that costs a request 640 instructions less.
    """
    reached = {route.backend for route in listener.routes if not route.https_port}
    if len(reached) == 1:
        return f"{reached.pop()} if {_FOUND}"
    return f"%[var(txn.route),{_BACKEND}]"


def _bind(listener: Listener) -> str:
    only = " v6only" if ip_address(listener.address).version == 6 else ""
    where = endpoint(listener.address, listener.port)
    if not listener.tls:
        return f"{where}{only}"
    return f"{where}{only} ssl crt {DEFAULT_CERTIFICATE} crt-list {CERTIFICATES} alpn h2,http/1.1"


def _connection(listener: Listener, settings: IngressSettings) -> Iterator[str]:
    trusted = (
        f" !{{ src {' '.join(listener.trusted_proxies)} }}" if listener.trusted_proxies else ""
    )
    condition = f" if{trusted}" if trusted else ""
    yield f"tcp-request connection track-sc0 src,ipmask(32,64) table {CLIENTS}{condition}"
    most = settings.client_connections_max
    yield f"tcp-request connection reject if{trusted} {{ sc0_conn_cur gt {most} }}"
    if not listener.trusted_proxies:
        # Written once for a connection: an address costs more to write than to copy.
        yield "tcp-request session set-var(sess.client) src,lower"


def _refusals(settings: IngressSettings) -> Iterator[str]:
    """Refuse what no honest client sends, before anything is done for it."""
    most = settings.header_bytes_max
    # What is held of the request is known without looking; its head is at most so much longer.
    large = f"{{ internal.htx.data gt {most - HEAD_PUNCTUATION_MAX} }}"
    yield f"http-request return {answer(431)} if {large} {{ req.hdrs,length gt {most} }}"
    yield f"http-request return {answer(400)} if {{ req.hdrs -m reg {_NUL} }}"
    yield f"http-request return {answer(405)} if {{ method TRACE CONNECT }}"
    yield f"http-request return {answer(400)} unless {{ req.fhdr(host) -m reg {_HOST} }}"


def _challenges(config: IngressConfig) -> Iterator[str]:
    """Answer HTTP-01 without anybody's help: a token, and the asking account's thumbprint.

    It needs no state, so it is answered while the daemon is down, too (RFC 8555, 8.3).
    """
    asked = f"{{ path_beg {CHALLENGE} }}"
    table = challenge_map_name(config.challenges)
    yield f"http-request set-var(txn.thumbprint) req.hdr(host),host_only,lower,map({table}) if {asked}"
    text = 'lf-string "%[path,field(4,/)].%[var(txn.thumbprint)]"'
    yield (
        f"http-request return status 200 content-type text/plain {text} if {asked} "
        f"{{ path -m reg {_ASKED} }} {{ var(txn.thumbprint) -m found }}"
    )


def _route(listener: Listener, config: IngressConfig, *, quickly: bool) -> Iterator[str]:
    """Look the route up: plain requests as they are, all others as they are understood.

    A host was checked to be one, so it brings no path of its own into a key.  quickly: there
    is nothing to be done for a route that was found.
    """
    if not listener.routes:
        yield f"http-request return {answer(404)}"
        return
    routes = f"map_beg({map_name(listener, config)})"
    named = any(route.host for route in listener.routes)
    plain = "base" if named else "path"
    # With a closing slash, as the keys of the map have it.
    yield f"http-request set-var(txn.route) {plain},concat(/),{routes} unless {{ {_ODD} }}"
    if quickly:
        yield f"http-request allow if {_FOUND}"
    yield f"http-request set-var(txn.path) {_UNDERSTOOD} unless {_FOUND}"
    for pattern in (_CLIMBS, _UNPRINTABLE):
        yield f"http-request return {answer(400)} if !{_FOUND} {{ var(txn.path) -m reg {pattern} }}"
    if named:
        yield (
            "http-request set-var(txn.route) req.fhdr(host),host_only,lower,rtrim(.),"
            f"concat(,txn.path),{routes} unless {_FOUND}"
        )
    if not all(route.host for route in listener.routes):
        yield f"http-request set-var(txn.route) var(txn.path),{routes} unless {_FOUND}"
    yield f"http-request return {answer(404)} unless {_FOUND}"


def _found(listener: Listener, needs: Needs) -> Iterator[str]:
    """Do what the route that was found asks for."""
    ports = sorted({route.https_port for route in listener.routes if route.https_port})
    for port in ports:
        suffix = "" if port == 443 else f":{port}"
        yield (
            f"http-request redirect location https://%[req.hdr(host),host_only]{suffix}%[pathq] "
            f"code 308 if {{ var(txn.route),{_BACKEND} -m str {HTTPS}{port} }}"
        )
    if needs.policy:
        yield "http-request set-var(txn.policy) var(txn.route),field(4,|)"


def _client(listener: Listener, needs: Needs) -> Iterator[str]:
    """Say who asks.  This is the edge: what a client claims about itself is not passed on."""
    client, scheme = "var(sess.client)", "https" if listener.tls else "http"
    if needs.client:
        yield "http-request set-var(txn.client) src"
    if needs.scheme:
        yield f"http-request set-var(txn.scheme) str({scheme})"
    if listener.trusted_proxies:
        client, scheme = "var(txn.client)", "%[var(txn.scheme)]"
        trusted = f"{{ var(txn.client) -m ip {' '.join(listener.trusted_proxies)} }}"
        for one in ("http", "https"):
            claimed = f"{{ req.hdr(X-Forwarded-Proto) -m str {one} }}"
            yield f"http-request set-var(txn.scheme) str({one}) if {trusted} {claimed}"
        # From the right: each trusted one names who came to it.
        for place in (-1, -2, -3):
            named = f"req.hdr_ip(X-Forwarded-For,{place})"
            yield f"http-request set-var(txn.client) {named} if {trusted}"
    claims: tuple[str, ...] = ("Forwarded", "Proxy", "X-Real-IP", "X-Forwarded- -m beg")
    if listener.trusted_proxies:  # what else they tell may be meant
        claims = (*claims[:-1], *(f"X-Forwarded-{one}" for one in _FORWARDED))
    for claim in claims:
        yield f"http-request del-header {claim}"
    for name in ("X-Forwarded-For", "X-Real-IP"):
        yield f"http-request add-header {name} %[{client}]"
    yield f"http-request add-header X-Forwarded-Proto {scheme}"
    yield "http-request add-header X-Forwarded-Host %[req.fhdr(host)]"
    yield f"http-request add-header X-Forwarded-Port {listener.port}"


def _strip(listener: Listener) -> Iterator[str]:
    counts = sorted({stripped_segments(route) for route in listener.routes} - {0})
    if counts:
        yield "http-request set-var(txn.strip) var(txn.route),field(2,|)"
        yield (
            f"http-request set-path {_MERGED} if {{ path_sub // }} !{{ var(txn.strip) -m str 0 }}"
        )
    for count in counts:
        match = f"if {{ var(txn.strip) -m str {count} }}"
        yield f"http-request set-header X-Forwarded-Prefix %[var(txn.route),field(3,|)] {match}"
        yield f"http-request set-path /%[path,field({count + 2},/,0)] {match}"


def _routes(listener: Listener, config: IngressConfig) -> str:
    usual = 443 if listener.tls else 80
    port = "" if listener.port == usual else f":{listener.port}"
    return render_map(listener.routes, kinds(config), port)
