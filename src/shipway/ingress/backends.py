"""The section of a backend: its servers, its time-outs, and what it does to answers.  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.ingress.policies import rules, tables
from shipway.ingress.routing import Kind
from shipway.ingress.text import (
    answer,
    digest,
    endpoint,
    milliseconds,
    quoted,
    server_id,
)
from shipway.model.routing import Backend, Upstream, UpstreamState

SERVER_PARAMETERS = "pool-purge-delay 100ms"
"""On every server, in the file and over the runtime API, which knows no default-server.

Every 100 ms half of the idle upstream connections are closed, long before an application
server closes them (gunicorn after 2 s, uvicorn and node after 5 s): a request that
crosses such a close is lost, as it must not be sent twice.  Measured with 200 clients in
bursts and an upstream that closes after 2 s: 132 of 2,200 requests lost at 1 s, 12 at
500 ms, none at 200 and 100 ms; under steady load the delay costs nothing.  At 100 ms a
hundred idle connections are gone within 0.9 s.
"""

MAINTENANCE_RETRY_S = 60
_COMPRESSED = (
    "text/html text/css text/plain text/xml text/javascript application/javascript "
    "application/json application/xml application/manifest+json image/svg+xml"
)
_GATEWAY = (502, 503, 504)
"""What HAProxy answers by itself where the application does not."""


def server_parameters(upstream: Upstream) -> str:
    """Return what stands behind a server's address, in the file and over the runtime API.

    A waker holds one connection in its TLS handshake, so that nothing of the request is
    sent; all others wait in the backend's queue, from which an instance that is opened
    takes them at once.
    """
    return f"ssl verify none maxconn 1 {SERVER_PARAMETERS}" if upstream.holds else SERVER_PARAMETERS


def page_file(text: str) -> str:
    """Return the name of the file that holds a page."""
    return f"page-{digest(text)}.html"


def page_files(backends: tuple[Backend, ...]) -> dict[str, str]:
    """Return the files of all backends' pages, by name."""
    texts = {text for backend in backends for text in backend.pages.values()}
    texts |= {one.maintenance.page for one in backends if one.maintenance}
    return {page_file(text): text for text in sorted(texts) if text}


def backend_section(
    backend: Backend, own: tuple[Kind, ...], *, with_servers: bool
) -> Iterator[str]:
    """Yield a backend's lines; own: the kinds of its routes, by number."""
    pages = {status: page_file(text) for status, text in backend.pages.items()}
    yield from tables(backend, own)
    yield f"backend {backend.id}"
    yield "    balance roundrobin"
    yield f"    timeout connect {milliseconds(max(backend.connect_timeout_s, backend.hold_s))}"
    if backend.hold_s:
        yield f"    timeout queue {milliseconds(backend.hold_s)}"
    yield f"    timeout server {milliseconds(backend.response_timeout_s)}"
    yield f"    timeout tunnel {milliseconds(backend.tunnel_timeout_s)}"
    if backend.compress:
        yield "    compression algo gzip"
        yield f"    compression type {_COMPRESSED}"
    for status in _GATEWAY:
        if status in pages:
            retry = "2" if status == 503 else ""
            yield f"    http-error {answer(status, page=pages[status], retry_after=retry)}"
    yield from (f"    {line}" for line in _maintenance(backend))
    yield from (f"    {line}" for line in rules(backend, own, pages))
    yield from (f"    {line}" for line in _answers(backend, own))
    if with_servers:
        yield from _servers(backend)


def _maintenance(backend: Backend) -> Iterator[str]:
    if backend.maintenance is None:
        return
    page = page_file(backend.maintenance.page) if backend.maintenance.page else ""
    refusal = answer(503, page=page, retry_after=str(MAINTENANCE_RETRY_S))
    allowed = " ".join(backend.maintenance.allow)
    condition = f" unless {{ var(txn.client) -m ip {allowed} }}" if allowed else ""
    yield f"http-request return {refusal}{condition}"


def _answers(backend: Backend, own: tuple[Kind, ...]) -> Iterator[str]:
    for number, kind in enumerate(own):
        if kind.policy.cache:
            yield (
                f"http-response set-header Cache-Control {quoted(kind.policy.cache)} "
                f"if {{ var(txn.cache) -m str {number} }} {{ status 200 206 304 }} "
                "!{ res.hdr(Cache-Control) -m found }"
            )
    for name, value in backend.headers:
        formatted = quoted(value, in_format=True)
        yield f"http-after-response add-header {name} {formatted} if !{{ res.fhdr({name}) -m found }}"
    if backend.hsts_s:
        name = "Strict-Transport-Security"
        yield (
            f'http-after-response set-header {name} "max-age={backend.hsts_s}" '
            f"if {{ var(txn.scheme) -m str https }} !{{ res.hdr({name}) -m found }}"
        )


def _servers(backend: Backend) -> Iterator[str]:
    for upstream in sorted(backend.upstreams, key=lambda one: one.name):
        # In a file a server cannot drain; after a start it has nothing to finish either.
        closed = "" if upstream.state is UpstreamState.READY else " disabled"
        where = endpoint(upstream.address, upstream.port)
        yield f"    server {server_id(upstream)} {where} {server_parameters(upstream)}{closed}"
