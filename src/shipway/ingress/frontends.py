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

from shipway.ingress.routing import HTTPS, kinds, render_map, stripped_segments
from shipway.ingress.settings import IngressSettings
from shipway.ingress.text import answer, digest, endpoint, listener_label, milliseconds
from shipway.model.routing import Challenge, IngressConfig, Listener

DEFAULT_CERTIFICATE = "default.pem"
CERTIFICATES = "certificates.list"
CLIENTS = "clients:"
"""The table that counts each client's connections."""

CHALLENGE = "/.well-known/acme-challenge/"
# In single quotes HAProxy takes everything as it stands.
_HOST = r"'^([A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$'"
_CLIMBS = r"'(^|/)\.\.?(/|$)'"
_UNPRINTABLE = r"'[\\\x00-\x1f\x7f]'"
_NUL = r"'\x00'"
_ASKED = r"'^/[^/]+/[^/]+/[A-Za-z0-9_-]{1,128}$'"
_MERGED = """%[path,'regsub("//+","/",g)']"""
_UNDERSTOOD = """'path,url_dec,regsub(";[^/]*","",g),regsub("//+","/",g)'"""


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
    yield f"frontend {name}"
    yield f"    bind {_bind(listener)}"
    yield f"    bind {socket} mode 600 accept-proxy"
    yield "    log ring@access local0"
    yield "    option dontlognull"
    yield from (f"    {line}" for line in _connection(listener, settings))
    # Decided once: had it been asked again later, a path could be stripped twice.
    yield f"    http-request set-var(txn.backend) str({handover}) if {{ stopping }}"
    yield "    http-request allow if { var(txn.backend) -m found }"
    yield from (f"    {line}" for line in _refusals(settings))
    if config.challenges and not listener.tls:
        yield from (f"    {line}" for line in _challenges(config))
    yield from (f"    {line}" for line in _route(listener, config))
    yield from (f"    {line}" for line in _client(listener))
    yield from (f"    {line}" for line in _strip(listener))
    yield "    http-response del-header Server"
    yield "    http-response del-header X-Powered-By"
    yield "    use_backend %[var(txn.backend)]"
    yield f"backend {handover}"
    yield "    retries 1"
    # The newest worker keeps the time: this leg waits for as long as any backend may.
    yield f"    timeout server {milliseconds(86_400.0)}"
    yield f"    timeout tunnel {milliseconds(86_400.0)}"
    yield "    http-reuse never"
    yield f"    server newest {socket} send-proxy-v2"


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


def _refusals(settings: IngressSettings) -> Iterator[str]:
    """Refuse what no honest client sends, before anything is done for it."""
    most = settings.header_bytes_max
    yield f"http-request return {answer(431)} if {{ req.hdrs,length gt {most} }}"
    yield f"http-request return {answer(400)} if {{ req.hdrs -m reg {_NUL} }}"
    yield f"http-request return {answer(405)} if {{ method TRACE CONNECT }}"
    yield f"http-request return {answer(400)} unless {{ req.hdr(host) -m reg {_HOST} }}"
    yield "http-request set-var(txn.path) path"
    yield r"http-request set-var(txn.odd) bool(true) if { path_sub % // /. ; \\ \# }"
    odd = "{ var(txn.odd) -m found }"
    yield f"http-request set-var(txn.path) {_UNDERSTOOD} if {odd}"
    for pattern in (_CLIMBS, _UNPRINTABLE):
        yield f"http-request return {answer(400)} if {odd} {{ var(txn.path) -m reg {pattern} }}"


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


def _route(listener: Listener, config: IngressConfig) -> Iterator[str]:
    found = "{ var(txn.route) -m found }"
    routes = map_name(listener, config)
    yield "http-request set-var(txn.path) var(txn.path),concat(/)"
    yield (
        "http-request set-var(txn.route) req.hdr(host),host_only,lower,rtrim(.),"
        f"concat(,txn.path),map_beg({routes})"
    )
    yield (
        f"http-request set-var(txn.route) str(*),concat(,txn.path),map_beg({routes}) unless {found}"
    )
    yield f"http-request return {answer(404)} unless {found}"
    yield "http-request set-var(txn.backend) var(txn.route),field(1,|)"
    ports = sorted({route.https_port for route in listener.routes if route.https_port})
    for port in ports:
        suffix = "" if port == 443 else f":{port}"
        yield (
            f"http-request redirect location https://%[req.hdr(host),host_only]{suffix}%[pathq] "
            f"code 308 if {{ var(txn.backend) -m str {HTTPS}{port} }}"
        )
    yield "http-request set-var(txn.policy) var(txn.route),field(4,|)"


def _client(listener: Listener) -> Iterator[str]:
    """Say who asks.  This is the edge: what a client claims about itself is not passed on."""
    scheme = "https" if listener.tls else "http"
    yield "http-request set-var(txn.client) src"
    yield f"http-request set-var(txn.scheme) str({scheme})"
    if listener.trusted_proxies:
        trusted = f"{{ var(txn.client) -m ip {' '.join(listener.trusted_proxies)} }}"
        for one in ("http", "https"):
            claimed = f"{{ req.hdr(X-Forwarded-Proto) -m str {one} }}"
            yield f"http-request set-var(txn.scheme) str({one}) if {trusted} {claimed}"
        # From the right: each trusted one names who came to it.
        for place in (-1, -2, -3):
            named = f"req.hdr_ip(X-Forwarded-For,{place})"
            yield f"http-request set-var(txn.client) {named} if {trusted}"
    yield "http-request del-header Forwarded"
    yield "http-request del-header Proxy"
    yield "http-request del-header X-Forwarded-Prefix"
    yield "http-request set-header X-Forwarded-For %[var(txn.client)]"
    yield "http-request set-header X-Real-IP %[var(txn.client)]"
    yield "http-request set-header X-Forwarded-Proto %[var(txn.scheme)]"
    yield "http-request set-header X-Forwarded-Host %[req.hdr(host)]"
    yield "http-request set-header X-Forwarded-Port %[dst_port]"


def _strip(listener: Listener) -> Iterator[str]:
    counts = sorted({stripped_segments(route) for route in listener.routes} - {0})
    if counts:
        yield "http-request set-var(txn.strip) var(txn.route),field(2,|)"
        yield (
            f"http-request set-path {_MERGED} if "
            "{ var(txn.odd) -m found } !{ var(txn.strip) -m str 0 }"
        )
    for count in counts:
        match = f"if {{ var(txn.strip) -m str {count} }}"
        yield f"http-request set-header X-Forwarded-Prefix %[var(txn.route),field(3,|)] {match}"
        yield f"http-request set-path /%[path,field({count + 2},/,0)] {match}"


def _routes(listener: Listener, config: IngressConfig) -> str:
    return render_map(listener.routes, kinds(config))
