"""The ports that `init` proposes: the usual ones, or the next that nobody has here.

Taken is what some program listens on, and what another project's environment is served at.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping

PORTS = {"staging": 4400, "production": 4500}
TRIED = 100


def free_ports(taken: Callable[[int], bool]) -> dict[str, int]:
    """Return the first ports that are all free, each as far from its usual one as the other."""
    for shift in range(TRIED):
        ports = {name: port + shift for name, port in PORTS.items()}
        if not any(taken(port) for port in ports.values()):
            return ports
    return dict(PORTS)


def ports_here() -> dict[str, int]:
    """Return the ports to propose on this machine; starts no daemon."""
    served = _served()
    return free_ports(lambda port: port in served or not _can_listen(port))


def ports_note(ports: Mapping[str, int]) -> str:
    """Return why the ports are not the usual ones, empty where they are.  Pure."""
    if ports == PORTS:
        return ""
    usual = " or ".join(str(port) for port in PORTS.values())
    instead = " and ".join(str(port) for port in ports.values())
    return f"Port {usual} is taken on this machine: {instead} are proposed."


def _can_listen(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("", port))
        except OSError:
            return False
    return True


def _served() -> set[int]:
    """Return the ports of the environments that a running daemon knows, asleep or not."""
    from shipway.api.client import DaemonGone
    from shipway.cli.connection import running_daemon
    from shipway.errors import Problem

    try:
        client, about = running_daemon()
        views = client.get("/status")["environments"] if about else []
    except (DaemonGone, Problem, OSError):  # it is asked in passing
        return set()
    found = (re.search(r":(\d+)/", url) for view in views for url in view["urls"])
    return {int(match[1]) for match in found if match}
