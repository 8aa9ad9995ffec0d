"""IngressConfig → HAProxy's configuration.  Pure and deterministic.

All paths in it are relative to the directory that HAProxy runs in, so neither the text
nor the sockets depend on where that is (a socket's path may hold 107 bytes only).

The text without its `server` lines is the structure.  Its hash stands in the global
`description`, which a running worker reports: whether a reload is needed is asked of the
worker itself, not remembered.  Certificates are no part of it either: like servers they
come and go over the runtime API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shipway.ingress.backends import backend_section, page_files
from shipway.ingress.certificates import certificate_files, certificate_list
from shipway.ingress.checked import checked
from shipway.ingress.frontends import (
    ACCESS_RING,
    CERTIFICATES,
    challenge_map,
    challenge_map_name,
    clients_table,
    frontend_section,
    route_maps,
)
from shipway.ingress.passwords import hashed
from shipway.ingress.routing import kinds
from shipway.ingress.settings import IngressSettings
from shipway.ingress.text import answer, digest, milliseconds
from shipway.model.routing import IngressConfig, Login

RUNTIME_SOCKET = "runtime.sock"
METRICS_SOCKET = "metrics.sock"
RING_BYTES = 1_048_576
RING_LINE_BYTES = 1024

_CIPHERS = ":".join(
    f"ECDHE-{key}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for key in ("ECDSA", "RSA")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A configuration ready to be written.

    text: the main file.  files: maps and pages that it names; each name holds its
    content's hash, so that a main file always finds what it was made with.
    certificates: the list that it names, and the files named there; private.
    structure: the hash of all that only a reload can change.
    """

    text: str = field(repr=False)
    files: Mapping[str, str]
    certificates: Mapping[str, str] = field(repr=False)
    structure: str


def render(config: IngressConfig, settings: IngressSettings) -> Rendered:
    """Return HAProxy's files for `config`; equal input gives equal text.

    Raises Problem `ingress-refused`.
    """
    checked(config)
    listeners = sorted(config.listeners, key=lambda one: (one.port, one.address))
    backends = sorted(config.backends, key=lambda one: one.id)
    numbers = kinds(config)
    files = route_maps(config) | page_files(config.backends)
    if config.challenges:
        files[challenge_map_name(config.challenges)] = challenge_map(config.challenges)
    body = [
        *_defaults(config, settings),
        *_logins(config),
        *(_metrics() if settings.prometheus else ()),
        *clients_table(),
    ]
    for listener in listeners:
        body += frontend_section(listener, config, settings)
    skeleton, sections = list(body), body
    for backend in backends:
        own = numbers.get(backend.id, ())
        skeleton += backend_section(backend, own, with_servers=False)
        sections += backend_section(backend, own, with_servers=True)
    structure = digest("\n".join([*_global(settings, ""), *skeleton]))
    text = [*_global(settings, structure), *sections]
    certificates = {}
    if any(listener.tls for listener in listeners):
        certificates[CERTIFICATES] = certificate_list(config.certificates)
        certificates |= certificate_files(config.certificates)
    return Rendered(
        text="".join(f"{line}\n" for line in text),
        files=files,
        certificates=certificates,
        structure=structure,
    )


def _global(settings: IngressSettings, structure: str) -> Iterator[str]:
    yield "# Written by Shipway from its state; changes made here are lost."
    yield "global"
    yield f"    description shipway-{structure}"
    yield f"    stats socket unix@{RUNTIME_SOCKET} mode 600 level admin expose-fd listeners"
    yield f"    maxconn {settings.connections_max}"
    yield f"    nbthread {settings.threads}"
    yield f"    hard-stop-after {milliseconds(settings.lingering_worker_s)}"
    yield f"    ssl-default-bind-ciphers {_CIPHERS}"
    yield "    ssl-default-bind-options prefer-client-ciphers ssl-min-ver TLSv1.2 no-tls-tickets"
    yield f"ring {ACCESS_RING}"
    yield "    format raw"
    yield f"    maxlen {RING_LINE_BYTES}"
    yield f"    size {RING_BYTES}"


def _defaults(config: IngressConfig, settings: IngressSettings) -> Iterator[str]:
    # A client may be silent for as long as the slowest backend may think.
    slowest = (
        *(one.response_timeout_s for one in config.backends),
        *(
            route.policy.response_timeout_s or 0.0
            for listener in config.listeners
            for route in listener.routes
        ),
    )
    client_s = max(settings.client_timeout_s, *slowest, 0.0)
    yield "defaults"
    yield "    mode http"
    yield "    timeout connect 5s"
    yield f"    timeout client {milliseconds(client_s)}"
    yield "    timeout server 60s"
    yield "    timeout queue 10s"
    yield "    timeout client-fin 30s"
    yield "    timeout server-fin 30s"
    yield f"    timeout http-request {milliseconds(settings.request_timeout_s)}"
    yield f"    timeout http-keep-alive {milliseconds(settings.keep_alive_timeout_s)}"
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
    for status in (502, 503, 504):
        yield f"    http-error {answer(status, retry_after='2' if status == 503 else '')}"


def _logins(config: IngressConfig) -> Iterator[str]:
    for login in sorted(config.logins, key=lambda one: one.id):
        yield f"userlist {login.id}"
        yield from _users(login)


def _users(login: Login) -> Iterator[str]:
    for user, password in sorted(login.users.items()):
        yield f"    user {user} password {hashed(password, salt_of=f'{login.id}/{user}')}"


def _metrics() -> Iterator[str]:
    yield "frontend metrics"
    yield f"    bind unix@{METRICS_SOCKET} mode 600"
    yield "    http-request use-service prometheus-exporter"
