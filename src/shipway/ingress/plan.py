"""Running state against wanted state → what to tell HAProxy.  Pure.

A plan is told over one connection: new servers are added closed, then all are opened,
then the old ones are closed.  So at no moment a backend is without a server, and the
time between the first and the last backend's change is that of a few commands.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass

from shipway.ingress.backends import server_parameters
from shipway.ingress.text import endpoint, parse_server_id, server_id
from shipway.model.routing import IngressConfig, UpstreamState, UpstreamStatus

ADDED = "New server registered."
DELETED = "Server deleted."
CHANGED = ""

# Bits of srv_admin_state in `show servers state` (2.6, include/haproxy/server-t.h).
_CONFIGURED_MAINTENANCE = 0x04  # stands in the file; no longer in force once it was opened
_DRAIN = 0x08 | 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """A server of a worker: `key` is `backend/server`, `admin` HAProxy's bits."""

    key: str
    admin: int

    @property
    def open(self) -> bool:
        """Return whether it gets new requests."""
        return self.admin & ~_CONFIGURED_MAINTENANCE == 0

    @property
    def draining(self) -> bool:
        """Return whether it finishes what it has and is kept."""
        return bool(self.admin & _DRAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Commands in order, each with the answer that means success, and who leaves."""

    commands: tuple[tuple[str, str], ...] = ()
    leaving: tuple[str, ...] = ()


def plan_change(running: Iterable[RunningServer], config: IngressConfig) -> Change:
    """Return what makes the running servers equal to `config`'s upstreams."""
    have = {server.key: server for server in running}
    wanted = {
        f"{backend.id}/{server_id(upstream)}": upstream
        for backend in config.backends
        for upstream in backend.upstreams
    }
    add: list[tuple[str, str]] = []
    opening: list[tuple[str, str]] = []
    closing: list[tuple[str, str]] = []
    for key, upstream in sorted(wanted.items()):
        server = have.get(key)
        if server is None:
            where = endpoint(upstream.address, upstream.port)
            add.append((f"add server {key} {where} {server_parameters(upstream)}", ADDED))
        if upstream.state is UpstreamState.READY:
            if server is None or not server.open:
                opening.append((f"set server {key} state ready", CHANGED))
        elif server is not None and server.open:
            closing.append((f"set server {key} state drain", CHANGED))
    leaving = tuple(sorted(have.keys() - wanted.keys()))
    # Closed for good: what waits for it in a queue goes elsewhere, what it has it keeps.
    closing += [
        (f"set server {key} state maint", CHANGED)
        for key in leaving
        if have[key].open or have[key].draining
    ]
    return Change(commands=(*add, *opening, *closing), leaving=leaving)


def parse_servers(text: str) -> tuple[RunningServer, ...]:
    """Read `show servers state`: a version, a heading, a line per server."""
    lines = text.splitlines()
    heading = next((line for line in lines if line.startswith("# ")), None)
    if heading is None:
        return ()
    names = heading[2:].split()
    backend, server, admin = (
        names.index(name) for name in ("be_name", "srv_name", "srv_admin_state")
    )
    found = []
    for line in lines:
        fields = line.split(" ")
        if line.startswith("#") or len(fields) < len(names) or ":" in fields[backend]:
            continue  # a colon: one of our own backends, that no config names
        found.append(
            RunningServer(key=f"{fields[backend]}/{fields[server]}", admin=int(fields[admin]))
        )
    return tuple(found)


def parse_statistics(text: str) -> dict[str, tuple[int, int, bool]]:
    """Read `show stat`: by `backend/server`, its sessions now, in all, and whether open."""
    start = text.find("# pxname,")
    if start < 0:
        return {}
    rows = csv.DictReader(text[start + 2 :].splitlines())
    return {
        f"{row['pxname']}/{row['svname']}": (
            int(row["scur"] or 0),
            int(row["stot"] or 0),
            row["status"].partition(" ")[0] not in ("MAINT", "DRAIN"),
        )
        for row in rows
        if row["svname"] is not None and ":" in row["svname"] and ":" not in row["pxname"]
    }


def upstream_status(
    current: dict[str, tuple[int, int, bool]], old: Iterable[dict[str, tuple[int, int, bool]]]
) -> tuple[UpstreamStatus, ...]:
    """Return the upstreams, their connections added up over the newest and old workers.

    One that only an old worker still talks to is listed as draining.
    """
    states = {key: is_open for key, (_, _, is_open) in current.items()}
    sessions = {key: now for key, (now, _, _) in current.items()}
    totals = {key: total for key, (_, total, _) in current.items()}
    for worker in old:
        for key, (now, total, _) in worker.items():
            if key not in states and now == 0:
                continue
            states.setdefault(key, False)
            sessions[key] = sessions.get(key, 0) + now
            totals[key] = totals.get(key, 0) + total
    found = []
    for key, is_open in sorted(states.items()):
        backend, _, server = key.partition("/")
        name, address, port = parse_server_id(server)
        found.append(
            UpstreamStatus(
                backend=backend,
                name=name,
                address=address,
                port=port,
                state=UpstreamState.READY if is_open else UpstreamState.DRAIN,
                connections=sessions[key],
                requests_total=totals[key],
            )
        )
    return tuple(found)
