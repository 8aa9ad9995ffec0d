"""The TCP listener of the dashboard and of CI: a server of its own, behind the gate.

Separate from the unix socket's server, so that a connection's rights follow from where it came
in and from nothing that it says.  Runs in a thread; opened and closed while the daemon lives.
"""

from __future__ import annotations

import errno
import logging
import socket
import threading

from starlette.types import ASGIApp

from shipway.api.access.door import parse_address
from shipway.daemon.server import Server
from shipway.errors import Problem
from shipway.ports_access import ListenerPort

log = logging.getLogger("shipway.door")

BACKLOG = 128
END_S = 5.0
CONCURRENT_MAX = 200


class TcpDoor:
    """Implements Door.  `app` is set once, before the first opening: the gate."""

    def __init__(self, kept: ListenerPort) -> None:
        self.app: ASGIApp | None = None
        self._kept = kept
        self._lock = threading.Lock()
        self._running: tuple[str, Server, threading.Thread] | None = None

    def open(self, address: str, public: str | None) -> None:
        """Listen there, and no longer where it was."""
        with self._lock:
            if self._running is None or self._running[0] != address:
                listener = _bind(address)
                self._end()
                self._serve(address, listener)
            self._kept.set(address, public)

    def open_again(self) -> None:
        """Open what was open when the daemon last ran; a taken address is logged only."""
        kept = self._kept.get()
        if kept is None:
            return
        try:
            self.open(*kept)
        except Problem as problem:
            log.warning("the dashboard stays closed: %s", problem)

    def close(self) -> None:
        """Listen nowhere, also after a restart."""
        with self._lock:
            self._kept.set(None)
            self._end()

    def end(self) -> None:
        """Stop listening because the daemon ends."""
        with self._lock:
            self._end()

    def address(self) -> str | None:
        """Return where it listens now."""
        return self._running[0] if self._running else None

    def public(self) -> str | None:
        """Return the address under which people reach it, where that is another."""
        kept = self._kept.get()
        return kept[1] if kept else None

    def _serve(self, address: str, listener: socket.socket) -> None:
        assert self.app is not None  # noqa: S101 - the daemon sets it before it opens
        server = Server(
            timeout_graceful_shutdown=1,
            timeout_keep_alive=30,
            limit_concurrency=CONCURRENT_MAX,
            h11_max_incomplete_event_size=32 * 1024,
            proxy_headers=False,
            server_header=False,
        )
        server.config.app = self.app

        def run() -> None:
            with listener:
                server.run(sockets=[listener])

        thread = threading.Thread(target=run, name="dashboard", daemon=True)
        thread.start()
        self._running = (address, server, thread)

    def _end(self) -> None:
        if self._running is None:
            return
        _address, server, thread = self._running
        server.should_exit = True
        thread.join(END_S)
        self._running = None


def _bind(address: str) -> socket.socket:
    host, port = parse_address(address)
    try:
        family, kind, protocol, _name, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise Problem(
            "invalid-address", f"{host} is no address of this machine: {error.strerror}."
        ) from error
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(where)
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        raise Problem(
            "address-taken",
            f"cannot listen at {address}: "
            + ("something else does already." if taken else f"{error.strerror}."),
            hints=["shipway dashboard --address 127.0.0.1:7421"],
        ) from error
    listener.listen(BACKLOG)
    return listener
