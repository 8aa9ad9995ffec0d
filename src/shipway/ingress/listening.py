"""Is a port free, and if not, who holds it.

Asked before the proxy is started or reloaded: HAProxy opens its ports in a way that
shares them with another HAProxy of the same user, who would then get half the requests.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from shipway.errors import Problem
from shipway.model.routing import Listener

_LISTEN = "0A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A process that listens on a port."""

    pid: int
    name: str


def check_ports(listeners: Iterable[Listener], *, ours: Collection[int]) -> None:
    """Raise Problem `port-in-use` where a process that is not one of `ours` has a port.

    Raises Problem `port-forbidden` for a port that this user may not open, and
    `ingress-refused` for an address that this machine does not have.
    """
    for listener in listeners:
        error = _try_to_open(listener)
        if error is None:
            continue
        if error == errno.EADDRINUSE:
            holders = port_holders(listener.port)
            if holders and all(holder.pid in ours for holder in holders):
                continue
            raise _in_use(listener, [one for one in holders if one.pid not in ours])
        raise _cannot_open(listener, error)


def held_by_the_unseen(listeners: Iterable[Listener]) -> bool:
    """Return whether a port is taken and /proc shows nobody who has it.

    So it looks while a process is ending, and for as long as it is another user's.
    """
    return any(
        _try_to_open(listener) == errno.EADDRINUSE and not port_holders(listener.port)
        for listener in listeners
    )


def port_holders(port: int) -> tuple[Holder, ...]:
    """Return the processes that listen on `port`, as far as /proc shows them to us."""
    inodes = _listening_inodes(port)
    found: dict[int, Holder] = {}
    for process in Path("/proc").iterdir():
        if inodes and process.name.isdigit() and not inodes.isdisjoint(_sockets(process)):
            try:
                name = (process / "comm").read_text().strip()
            except OSError:
                continue
            found[int(process.name)] = Holder(pid=int(process.name), name=name)
    return tuple(found[pid] for pid in sorted(found))


def _try_to_open(listener: Listener) -> int | None:
    six = ip_address(listener.address).version == 6
    with socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As HAProxy does, so that closed connections that linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if six:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            probe.bind((listener.address, listener.port))
            probe.listen(1)
        except OSError as error:
            return error.errno
    return None


def _listening_inodes(port: int) -> frozenset[str]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    return frozenset(inodes)


def _sockets(process: Path) -> set[str]:
    found = set()
    try:
        for descriptor in (process / "fd").iterdir():
            try:
                found.add(str(descriptor.readlink()))
            except OSError:
                continue
    except OSError:  # gone, or another user's
        pass
    return found


def _in_use(listener: Listener, holders: Iterable[Holder]) -> Problem:
    who = ", ".join(f"{one.name} (pid {one.pid})" for one in holders)
    return Problem(
        "port-in-use",
        f"Port {listener.port} is held by {who or 'another process'}, so the ingress cannot "
        f"listen on {listener.address}:{listener.port}. What it served before, it still serves.",
        hints=[
            f"ss -ltnp 'sport = :{listener.port}'  # who holds it; stop that program, or",
            "give the environment another port in shipway.yaml",
        ],
    )


def _cannot_open(listener: Listener, error: int) -> Problem:
    where = f"{listener.address}:{listener.port}"
    if error in (errno.EACCES, errno.EPERM):
        return Problem(
            "port-forbidden",
            f"This user may not listen on {where}: ports below 1024 are root's on this machine.",
            hints=[
                f"sudo sysctl -w net.ipv4.ip_unprivileged_port_start={listener.port}",
                "or give the environment a port above 1023 in shipway.yaml",
            ],
        )
    return Problem(
        "ingress-refused",
        f"The ingress cannot listen on {where}: {os.strerror(error)}.",
        hints=["ip -brief address  # the addresses of this machine"],
    )
