"""MemoryIngress: the port `Ingress` without a proxy, for tests of use cases.

It keeps what it was told, refuses what HAProxyIngress refuses, and remembers every
configuration, so that a test can ask what was in force between two steps.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from shipway.errors import Problem
from shipway.ingress.checked import checked
from shipway.model.routes import choose
from shipway.model.routing import (
    IngressConfig,
    IngressStatus,
    RequestTiming,
    RequestTimings,
    Upstream,
    UpstreamState,
    UpstreamStatus,
)

Key = tuple[str, str]
"""Backend and upstream name."""


class MemoryIngress:
    """An ingress in memory.

    history: every configuration that was applied, oldest first.
    cut: upstreams that were removed while connections were open, in order.
    seen: requests that the next `timings` gives.
    busy_ports: port → who holds it; applying such a listener is refused.
    refuse_next: raised by the next `apply`, once, which then changes nothing.
    """

    def __init__(self) -> None:
        self.history: list[IngressConfig] = []
        self.cut: list[Key] = []
        self.seen: list[RequestTiming] = []
        self.busy_ports: dict[int, str] = {}
        self.refuse_next: Problem | None = None
        self._running = False
        self._upstreams: dict[Key, UpstreamStatus] = {}
        self._lock = threading.RLock()

    @property
    def config(self) -> IngressConfig:
        """Return what is in force."""
        return self.history[-1] if self.history else IngressConfig()

    def apply(self, config: IngressConfig) -> None:
        """See `shipway.ports.Ingress`."""
        checked(config)
        with self._lock:
            if self.refuse_next is not None:
                problem, self.refuse_next = self.refuse_next, None
                raise problem
            for listener in config.listeners:
                if listener.port in self.busy_ports:
                    raise Problem(
                        "port-in-use",
                        f"Port {listener.port} is held by {self.busy_ports[listener.port]}.",
                        hints=[f"ss -ltnp 'sport = :{listener.port}'"],
                    )
            before = self._upstreams if self._running else {}
            self._upstreams = {
                (backend.id, one.name): _entered(
                    before.get((backend.id, one.name)), backend.id, one
                )
                for backend in config.backends
                for one in backend.upstreams
            }
            self.cut += [
                key
                for key, was in sorted(before.items())
                if was.connections and not _same_address(was, self._upstreams.get(key))
            ]
            self._running = True
            self.history.append(config)

    def status(self) -> IngressStatus:
        """See `shipway.ports.Ingress`."""
        with self._lock:
            if not self._running:
                return IngressStatus(running=False)
            found = tuple(self._upstreams[key] for key in sorted(self._upstreams))
            return IngressStatus(running=True, version="memory", pid=1, upstreams=found)

    def alive(self) -> bool:
        """Return whether it serves."""
        return self._running

    def shutdown(self) -> None:
        """See `shipway.ports.Ingress`."""
        with self._lock:
            self._running = False
            self._upstreams = {}

    def timings(self) -> RequestTimings:
        """See `shipway.ports.AccessLog`."""
        with self._lock:
            found, self.seen = tuple(self.seen), []
            return RequestTimings(requests=found)

    def kill(self) -> None:
        """Do as if somebody killed the proxy."""
        self.shutdown()

    def connect(self, backend: str, name: str, connections: int = 1) -> None:
        """Open (or, with a negative number, close) connections to an upstream."""
        with self._lock:
            one = self._upstreams[backend, name]
            self._upstreams[backend, name] = replace(
                one,
                connections=max(0, one.connections + connections),
                requests_total=one.requests_total + max(0, connections),
            )

    def ready_for(self, port: int, path: str = "/", host: str | None = None) -> tuple[str, ...]:
        """Return the names of the upstreams among which a request would go; empty: 404, 503."""
        with self._lock:
            listener = next((one for one in self.config.listeners if one.port == port), None)
            route = choose(listener.routes, host, path) if listener and self._running else None
            return tuple(
                one.name
                for one in self.status().upstreams
                if route and one.backend == route.backend and one.state is UpstreamState.READY
            )


def _entered(was: UpstreamStatus | None, backend: str, upstream: Upstream) -> UpstreamStatus:
    fresh = UpstreamStatus(
        backend=backend,
        name=upstream.name,
        address=upstream.address,
        port=upstream.port,
        state=upstream.state,
        connections=0,
        requests_total=0,
    )
    if was is None or not _same_address(was, fresh):
        return fresh
    return replace(was, state=upstream.state)


def _same_address(was: UpstreamStatus, now: UpstreamStatus | None) -> bool:
    return now is not None and (was.address, was.port) == (now.address, now.port)
