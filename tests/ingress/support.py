"""What the ingress tests share: configurations, free ports, where HAProxy is."""

from __future__ import annotations

import contextlib
import math
import os
import resource
import shutil
import time
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from shipway.daemon.clock import SystemClock
from shipway.ingress.haproxy import HAProxyIngress
from shipway.model.routing import (
    Backend,
    IngressConfig,
    Listener,
    Route,
    Upstream,
    UpstreamState,
)
from tests.support.running import free_ports

LOOPBACK = "127.0.0.1"
PROMISED_S = 1.0
"""In which a thousand routes are in force."""

TRIES = 5
READY = UpstreamState.READY
DRAIN = UpstreamState.DRAIN


def new_ingress(directory: Path) -> HAProxyIngress:
    return HAProxyIngress(directory, haproxy_binary(), SystemClock())


def haproxy_binary() -> Path:
    """Return HAProxy's path; the test is skipped where there is none."""
    found = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("haproxy is not installed: apt-get install haproxy")
    return Path(found)


def free_port() -> int:
    """Return a port that nobody listens on, nor an outgoing connection takes meanwhile."""
    (port,) = free_ports(1)
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


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Return whether the condition came true within the time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def quickest(
    act: Callable[[], object],
    *,
    before: Callable[[], object] = lambda: None,
    pids: Callable[[], Collection[int]] = tuple,
) -> float:
    """Return the seconds that `act` takes: again where it took longer than promised.

    Where more wants to run than there are cores, time says nothing: there it is the CPU
    time that was used by this thread, by children that ended and by `pids`.
    """
    took = math.inf
    for _ in range(TRIES):
        before()
        began, used = time.monotonic(), _used_s(pids())
        act()
        took = min(took, time.monotonic() - began)
        if os.getloadavg()[0] > len(os.sched_getaffinity(0)):
            took = min(took, _used_s(pids()) - used)
        if took < PROMISED_S:
            break
    return took


def _used_s(pids: Collection[int]) -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return time.thread_time() + ended.ru_utime + ended.ru_stime + ticks / os.sysconf("SC_CLK_TCK")
