"""Ports of this machine's loopback that nobody listens on."""

from __future__ import annotations

import os
import socket

FIRST = 26_000
SPREAD = 4_000


def free_ports(count: int) -> list[int]:
    """Return free ports below the range of outgoing connections."""
    found: list[int] = []
    port = FIRST + os.getpid() % SPREAD
    while len(found) < count:
        port += 11
        with socket.socket() as candidate:
            try:
                candidate.bind(("0.0.0.0", port))  # noqa: S104 - the ingress listens there
            except OSError:
                continue
        found.append(port)
    return found
