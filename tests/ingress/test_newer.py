"""The same front door on Debian 13's HAProxy 3.0: without a complaint, and through a reload.

`./dev tools haproxy` unpacks it beside this machine's own.  It knows all that 2.6 knows, and
warns of more.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shipway.daemon.clock import SystemClock
from shipway.ingress.haproxy import HAProxyIngress
from shipway.ingress.process import HAProxyProcess, check_argv
from shipway.ingress.render import Rendered, render
from shipway.ingress.selfsigned import self_signed
from shipway.ingress.settings import IngressSettings
from shipway.model.front import SAFE_HEADERS
from shipway.model.routing import (
    Backend,
    Certificate,
    Challenge,
    IngressConfig,
    Listener,
    Login,
    Maintenance,
    RateLimit,
    Route,
    RoutePolicy,
    Upstream,
)
from shipway.model.workload import SecretMap
from tests.ingress.client import fetch
from tests.ingress.support import (
    DRAIN,
    LOOPBACK,
    backend,
    eventually,
    haproxy_binary,
    one_listener,
    upstream,
)
from tests.ingress.upstreams import Upstreams

NEWER = Path(__file__).resolve().parents[2] / ".dev/tools/haproxy/haproxy"


@pytest.fixture
def newer() -> Path:
    if not NEWER.exists():
        pytest.skip("Debian 13's HAProxy is not here: ./dev tools haproxy")
    return NEWER


@pytest.fixture
def newer_ingress(tmp_path: Path, newer: Path) -> Iterator[HAProxyIngress]:
    made = HAProxyIngress(tmp_path / "ingress", newer, SystemClock())
    yield made
    made.shutdown()


def everything() -> IngressConfig:
    """Return a configuration in which every rule that Shipway can write stands."""
    every = RoutePolicy(
        rate=RateLimit(requests=5, burst=3), body_bytes_max=1000, allow=("10.0.0.0/8",),
        login="door", cache="max-age=60", cache_hashed=True, response_timeout_s=5,
        tunnel_timeout_s=60,
    )  # fmt: skip
    app = Backend(
        id="app",
        upstreams=(
            upstream("r1", 8000),
            upstream("r0", 8001, DRAIN),
            Upstream(name="waker", address=LOOPBACK, port=8002, holds=True),
        ),
        hold_s=30,
        headers=tuple(sorted(SAFE_HEADERS.items())),
        hsts_s=300,
        compress=True,
        pages={503: "<p>soon</p>", 403: "<p>no</p>", 429: "<p>slowly</p>"},
    )
    closed = replace(backend("closed"), maintenance=Maintenance(page="<p>", allow=("::1/128",)))
    routes = (
        Route(backend="app", host="shop.example"),
        Route(backend="app", path="/door", strip="/door", policy=every),
        Route(backend="closed", path="/closed"),
    )
    return IngressConfig(
        listeners=(
            Listener(port=4500, routes=(*routes, Route(host="b.example", https_port=4543))),
            Listener(port=4501, address="::", routes=routes, trusted_proxies=("10.0.0.0/8",)),
            Listener(port=4543, routes=routes, tls=True),
            Listener(port=4544),
        ),
        backends=(app, closed),
        logins=(Login(id="door", users=SecretMap({"admin": "right"})),),
        certificates=(Certificate(id="c", names=("shop.example",), pem=self_signed("a")),),
        challenges=(Challenge(host="shop.example", thumbprint="x" * 43),),
    )


def said(directory: Path, binary: Path, rendered: Rendered) -> list[str]:
    """Return what HAProxy complains of when it reads the files."""
    files = {"x.cfg": rendered.text, "default.pem": self_signed("default")}
    for name, content in (files | {**rendered.files, **rendered.certificates}).items():
        (directory / name).write_text(content)
    done = subprocess.run(
        check_argv(binary, "x.cfg"), cwd=directory, capture_output=True, text=True, check=False
    )
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines if done.returncode or "[NOTICE]" not in line]


@pytest.mark.parametrize("which", ["this machine's", "Debian 13's"])
def test_haproxy_has_no_complaint_about_anything_that_shipway_writes(
    tmp_path: Path, request: pytest.FixtureRequest, which: str
) -> None:
    binary = haproxy_binary() if which == "this machine's" else request.getfixturevalue("newer")
    settings = IngressSettings(prometheus=True)
    complaints = said(tmp_path, binary, render(everything(), settings))
    assert [line for line in complaints if line != "Configuration file is valid"] == []


def test_the_newer_haproxy_is_what_it_says(newer: Path, tmp_path: Path) -> None:
    found = HAProxyProcess(tmp_path, newer, SystemClock()).features()
    assert found.version >= (3, 0)
    assert found.prometheus


def test_the_newer_haproxy_serves_switches_reloads_and_keeps_its_log(
    newer_ingress: HAProxyIngress, upstreams: Upstreams, port: int
) -> None:
    old, new = upstreams.start("old"), upstreams.start("new")
    newer_ingress.apply(one_listener(port, backend("a", upstream("r1", old.port))))
    assert fetch(port).upstream == "old"
    pid = newer_ingress.status().pid
    switched = backend("a", upstream("r1", old.port, DRAIN), upstream("r2", new.port))
    newer_ingress.apply(one_listener(port, switched))
    assert fetch(port).upstream == "new"
    with_api = one_listener(
        port,
        switched,
        backend("b", upstream("r1", old.port)),
        routes=(Route(backend="a"), Route(backend="b", path="/api", strip="/api")),
    )
    newer_ingress.apply(with_api)
    reply = fetch(port, "/api/x", headers={"X-Forwarded-User": "root"})
    assert (reply.upstream, reply.request_line) == ("old", "GET /x HTTP/1.1")
    assert reply.seen("X-Forwarded-User") == []
    assert reply.seen("X-Forwarded-For") == [LOOPBACK]
    assert newer_ingress.status().pid == pid

    seen: list[tuple[str, str]] = []

    def told() -> bool:
        seen.extend((one.backend, one.path) for one in newer_ingress.timings().requests)
        return ("b", "/api/x") in seen

    assert eventually(told), seen
