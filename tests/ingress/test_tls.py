"""TLS at a real HAProxy: certificates come, change and go without a reload."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
from dataclasses import replace

import pytest
from cryptography import x509

from shipway.ingress import control
from shipway.ingress.haproxy import HAProxyIngress
from shipway.model.routing import (
    Backend,
    Certificate,
    Challenge,
    IngressConfig,
    Listener,
    Route,
)
from tests.ingress.client import fetch
from tests.ingress.pebble import certificate, pem
from tests.ingress.support import LOOPBACK, upstream
from tests.ingress.upstreams import Upstreams


def config(port: int, upstream_port: int, *certificates: Certificate) -> IngressConfig:
    listener = Listener(port=port, address=LOOPBACK, routes=(Route(backend="app"),), tls=True)
    app = Backend(id="app", upstreams=(upstream("r1-1", upstream_port),), hsts_s=3600)
    return IngressConfig(listeners=(listener,), backends=(app,), certificates=certificates)


def made(*names: str) -> Certificate:
    return Certificate(
        id=names[0].replace("*.", "wildcard_"), names=names, pem=pem(certificate(*names))
    )


def shown(port: int, name: str, protocols: tuple[str, ...] = ()) -> tuple[list[str], ssl.SSLSocket]:
    """Return the names in the certificate that is shown for `name`, and the connection."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if protocols:
        context.set_alpn_protocols(list(protocols))
    raw = socket.create_connection((LOOPBACK, port), timeout=10)
    connection = context.wrap_socket(raw, server_hostname=name)
    der = connection.getpeercert(binary_form=True)
    assert der is not None
    leaf = x509.load_der_x509_certificate(der)
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.get_values_for_type(x509.DNSName), connection
    except x509.ExtensionNotFound:
        return [], connection


def names_shown(port: int, name: str) -> list[str]:
    names, connection = shown(port, name)
    connection.close()
    return names


def test_certificates_come_change_and_go_without_a_reload(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R091, issue 7, item 1: hot-loaded, and there again after a restart."""
    server = upstreams.start("one")
    ingress.apply(config(port, server.port))
    worker = control.processes(ingress._directory).worker
    assert names_shown(port, "a.example") == []  # the self-signed one
    a, b, below = made("a.example"), made("b.example"), made("*.c.example")
    ingress.apply(config(port, server.port, a, below))
    assert names_shown(port, "a.example") == ["a.example"]
    assert names_shown(port, "x.c.example") == ["*.c.example"]
    renewed = made("a.example", "www.a.example")
    ingress.apply(config(port, server.port, renewed, b))
    assert names_shown(port, "a.example") == ["a.example", "www.a.example"]
    assert names_shown(port, "b.example") == ["b.example"]
    assert names_shown(port, "x.c.example") == []
    ingress.apply(config(port, server.port, renewed, b))
    assert control.processes(ingress._directory).worker == worker
    files = {path.name for path in ingress._directory.glob("cert-*.pem")}
    assert len(files) == 2
    assert all((ingress._directory / name).stat().st_mode & 0o077 == 0 for name in files)
    ingress.shutdown()
    ingress.apply(config(port, server.port, renewed, b))
    assert names_shown(port, "b.example") == ["b.example"]


def test_no_handshake_fails_while_a_certificate_is_renewed(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    server = upstreams.start("one")
    ingress.apply(config(port, server.port, made("a.example")))
    for turn in range(20):
        ingress.apply(config(port, server.port, made("a.example", f"n{turn}.example")))
        assert names_shown(port, "a.example") == ["a.example", f"n{turn}.example"]


def test_only_modern_tls_is_spoken(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """R137: TLS 1.2 and later, forward secrecy, HTTP/2 where the client wants it."""
    server = upstreams.start("one")
    ingress.apply(config(port, server.port, made("a.example")))
    _, connection = shown(port, "a.example", ("h2", "http/1.1"))
    assert connection.selected_alpn_protocol() == "h2"
    assert connection.version() == "TLSv1.3"
    connection.close()
    for options, good in (
        ("-tls1_2", True),
        ("-tls1_1 -cipher ALL:@SECLEVEL=0", False),
        ("-tls1_2 -cipher AES128-SHA:@SECLEVEL=0", False),
    ):
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"{LOOPBACK}:{port}", *options.split()],
            input=b"", capture_output=True, check=False, timeout=20,
        )  # fmt: skip
        assert (done.returncode == 0) is good, options


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_the_application_is_told_that_the_client_came_by_https(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int, version: str
) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    server = upstreams.start("one")
    ingress.apply(config(port, server.port, made("a.example")))
    done = subprocess.run(
        [curl, "-sk", "-D-", version, "-H", "X-Forwarded-Proto: http",
         "--connect-to", f"::{LOOPBACK}:{port}", "https://a.example/x"],
        capture_output=True, check=True, timeout=20, text=True,
    )  # fmt: skip
    assert done.stdout.startswith("HTTP/2 200" if version == "--http2" else "HTTP/1.1 200")
    assert "x-forwarded-proto: https" in done.stdout
    assert "strict-transport-security: max-age=3600" in done.stdout


def test_plain_requests_are_sent_to_https_with_path_and_query(
    ingress: HAProxyIngress, port: int
) -> None:
    """R016, R137: 308 keeps the method of a form that was sent by plain HTTP."""
    routes = (
        Route(host="a.example", https_port=443),
        Route(host="b.example", path="/shop", https_port=8443),
    )
    listener = Listener(port=port, address=LOOPBACK, routes=routes)
    ingress.apply(IngressConfig(listeners=(listener,)))
    reply = fetch(port, "/x/y?q=1&r=%20", host="a.example:80")
    assert (reply.status, reply.headers["location"]) == (308, "https://a.example/x/y?q=1&r=%20")
    reply = fetch(port, "/shop/z", host="b.example")
    assert reply.headers["location"] == "https://b.example:8443/shop/z"
    assert fetch(port, "/", host="b.example").status == 404


def test_a_challenge_is_answered_with_nobody_behind_the_proxy(
    ingress: HAProxyIngress, port: int
) -> None:
    """R091, issue 7, item 1: also while the daemon is down: the proxy alone answers."""
    thumbprint = "a" * 43
    listener = Listener(
        port=port, address=LOOPBACK, routes=(Route(host="a.example", https_port=443),)
    )
    ingress.apply(
        IngressConfig(
            listeners=(listener,), challenges=(Challenge(host="a.example", thumbprint=thumbprint),)
        )
    )
    path = "/.well-known/acme-challenge/"
    reply = fetch(port, f"{path}tok-EN_1", host="a.example")
    assert (reply.status, reply.body) == (200, f"tok-EN_1.{thumbprint}")
    assert fetch(port, f"{path}tok", host="b.example").status == 404
    for bad in ("a/b", "%3Cscript%3E", "", "x" * 200):
        assert fetch(port, f"{path}{bad}", host="a.example").status != 200, bad


def test_requests_on_tls_survive_a_reload(
    ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    """An old worker passes on what it still gets, and the newest knows that it came by TLS."""
    server = upstreams.start("one")
    first = config(port, server.port, made("a.example"))
    ingress.apply(first)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(LOOPBACK, port, timeout=10, context=context)
    connection.request("GET", "/1")
    assert b"x-forwarded-proto: https" in connection.getresponse().read()
    (app,) = first.backends
    ingress.apply(replace(first, backends=(replace(app, compress=True),)))
    connection.request("GET", "/2")
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200
    assert b"x-forwarded-proto: https" in body
    connection.close()
