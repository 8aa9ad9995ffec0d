"""A local port that leads to an instance, for as long as a person wants it.

Bytes go both ways untouched; a side that has finished is told to the other.  An instance
that has gone is asked for anew, so the tunnel outlives a deploy.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

LOOPBACK = "127.0.0.1"
CONNECT_S = 5.0
CONNECTIONS_MAX = 200
CHUNK = 1 << 16
FRESH_S = 2.0
"""How long an answer is believed: a deploy leaves the earlier release running for a while."""

Find = Callable[[bool], tuple[str, int]]
"""Answers where the instance is; True: asked anew, because it has gone."""


class Tunnel:
    """Listens on 127.0.0.1 until it is closed."""

    def __init__(self, find: Find, port: int) -> None:
        self._find = find
        self._target = find(False)
        self._asked_at = time.monotonic()
        self._slots = threading.BoundedSemaphore(CONNECTIONS_MAX)
        self._listener = listen(port)

    @property
    def port(self) -> int:
        """Return the local port."""
        return int(self._listener.getsockname()[1])

    def start(self) -> None:
        """Begin to take connections."""
        threading.Thread(target=self._take, name="tunnel", daemon=True).start()

    def close(self) -> None:
        """Take no more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _take(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self._slots.acquire(blocking=False):
                client.close()
                continue
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        try:
            with client:
                server = self._connect()
                if server is None:
                    return
                with server:
                    back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                    back.start()
                    _pump(client, server)
                    back.join()
        finally:
            self._slots.release()

    def _connect(self) -> socket.socket | None:
        for anew in (time.monotonic() - self._asked_at > FRESH_S, True):
            try:
                if anew:
                    self._target = self._find(True)
                    self._asked_at = time.monotonic()
                found = socket.create_connection(self._target, timeout=CONNECT_S)
            except Exception:  # noqa: S112 - the edge of a thread: the client sees its connection closed
                continue
            found.settimeout(None)
            return found
        return None


def listen(port: int) -> socket.socket:
    """Return a listening socket on the port, on any free one where it is taken or forbidden."""
    for wanted in (port, 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, wanted))
            listener.listen(64)
        except OSError:
            listener.close()
            if not wanted:
                raise
            continue
        return listener
    raise AssertionError("unreachable: the second try raises")


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
