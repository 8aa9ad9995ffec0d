"""What the ingress tests share: configurations, free ports, where HAProxy is."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shipway.ingress.haproxy import HAProxyIngress
from shipway.model.routing import (
    Backend,
    IngressConfig,
    Listener,
    Route,
    Upstream,
    UpstreamState,
)

LOOPBACK = "127.0.0.1"
READY = UpstreamState.READY
DRAIN = UpstreamState.DRAIN


class RealClock:
    """The machine's own time."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def new_ingress(directory: Path) -> HAProxyIngress:
    return HAProxyIngress(directory, haproxy_binary(), RealClock())


def haproxy_binary() -> Path:
    """Return HAProxy's path; the test is skipped where there is none."""
    found = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("haproxy is not installed: apt-get install haproxy")
    return Path(found)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def upstream(name: str, port: int, state: UpstreamState = READY) -> Upstream:
    return Upstream(name=name, address=LOOPBACK, port=port, state=state)


def backend(name: str, *upstreams: Upstream, response_timeout_s: float = 60.0) -> Backend:
    return Backend(id=name, upstreams=upstreams, response_timeout_s=response_timeout_s)


def one_listener(port: int, *backends: Backend, routes: tuple[Route, ...] = ()) -> IngressConfig:
    """Return a listener on loopback; without `routes` all goes to the first backend."""
    default = (Route(backend=backends[0].id),) if backends else ()
    listener = Listener(port=port, address=LOOPBACK, routes=routes or default)
    return IngressConfig(listeners=(listener,), backends=backends)


def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Return whether the condition came true within the time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True
