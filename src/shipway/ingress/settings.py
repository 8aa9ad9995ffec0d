"""What the machine's owner may tune at the ingress; the defaults serve 2 cores and 4 GB."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass

FD_RESERVE = 1000
"""Descriptors kept for listeners, control sockets, threads and idle upstream connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressSettings:
    """Limits and time-outs of the proxy itself.  Times are in seconds.

    connections_max: clients at the same time; more wait in the kernel's queue.
    client_connections_max: of one address (IPv6: one /64); more are closed at once, so that
        nobody keeps the others out.  Trusted proxies are not counted.
    header_bytes_max: of a request; answered 431 above it.
    threads: worker threads.
    request_timeout_s: for a client to send the head of its request.
    client_timeout_s: silence of a client within a request.
    keep_alive_timeout_s: an idle client connection is closed after this.
    connect_retries: how often a connection that an upstream refused is tried again, one
        second apart where there is one upstream only, so that an instance that restarts
        costs a delay; a request that was sent is never sent again.
    lingering_worker_s: how long WebSockets opened before a reload may stay.
    prometheus: serve HAProxy's own metrics on the socket `metrics.sock`.
    """

    connections_max: int = 4000
    client_connections_max: int = 1000
    header_bytes_max: int = 12_000
    threads: int = 2
    request_timeout_s: float = 10.0
    client_timeout_s: float = 60.0
    keep_alive_timeout_s: float = 60.0
    connect_retries: int = 12
    lingering_worker_s: float = 86_400.0
    prometheus: bool = False

    @classmethod
    def for_this_machine(cls, *, prometheus: bool = False) -> IngressSettings:
        """Return settings that fit this machine's cores and descriptor limit.

        Each client needs two descriptors; HAProxy refuses to start where they do not fit.
        """
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        fitting = 20_000 if hard == resource.RLIM_INFINITY else max(100, (hard - FD_RESERVE) // 2)
        connections = min(20_000, fitting)
        return cls(
            connections_max=connections,
            client_connections_max=max(50, connections // 4),
            threads=min(4, os.cpu_count() or 1),
            prometheus=prometheus,
        )
