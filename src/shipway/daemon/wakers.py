"""The wakers' sockets: a connection that is held costs a descriptor, no byte and no thread.

Invariant: nothing is ever read as a request or written; who connects is either the ingress,
which tries again elsewhere when the connection is closed, or nobody who matters.
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from shipway.model.names import EnvironmentId

log = logging.getLogger("shipway.wakers")

HELD_MAX = 64
BACKLOG = 128
LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class _Waker:
    environment: EnvironmentId
    listener: socket.socket
    held: set[socket.socket] = field(default_factory=set)
    open_gate: bool = False
    asked: bool = False


class SocketWakers:
    """Implements `shipway.rollout.wakers.Wakers`; one thread looks after all sockets.

    wake: called in a thread of its own when somebody waits for an environment.
    """

    def __init__(self) -> None:
        self.wake: Callable[[EnvironmentId], None] = lambda _environment: None
        self._lock = threading.Lock()
        self._wakers: dict[EnvironmentId, _Waker] = {}
        self._selector = selectors.DefaultSelector()
        self._nudge, other = socket.socketpair()
        self._nudge.setblocking(False)
        other.setblocking(False)
        self._selector.register(other, selectors.EVENT_READ, None)
        self._thread: threading.Thread | None = None

    def open(self, environment: EnvironmentId, port: int | None) -> int:
        """See the port."""
        with self._lock:
            known = self._wakers.get(environment)
            if known is None:
                known = _Waker(environment, _listen(port))
                self._wakers[environment] = known
                self._selector.register(known.listener, selectors.EVENT_READ, known)
                self._begin()
            known.open_gate = False
            known.asked = False
            return int(known.listener.getsockname()[1])

    def release(self, environment: EnvironmentId) -> None:
        """See the port."""
        with self._lock:
            waker = self._wakers.get(environment)
            if waker is not None:
                waker.open_gate = True
                for connection in tuple(waker.held):
                    self._drop(waker, connection)

    def close(self, environment: EnvironmentId) -> None:
        """See the port."""
        with self._lock:
            waker = self._wakers.pop(environment, None)
            if waker is not None:
                for connection in tuple(waker.held):
                    self._drop(waker, connection)
                self._selector.unregister(waker.listener)
                waker.listener.close()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="wakers", daemon=True)
            self._thread.start()
        else:
            with suppress(BlockingIOError):
                self._nudge.send(b".")

    def _run(self) -> None:
        while True:
            for key, _events in self._selector.select():
                with self._lock, suppress(OSError, ValueError, KeyError):
                    self._serve(key)

    def _serve(self, key: selectors.SelectorKey) -> None:
        assert isinstance(key.fileobj, socket.socket)  # noqa: S101 - nothing else is registered
        waker = key.data
        if waker is None:
            key.fileobj.recv(4096)
        elif key.fileobj is waker.listener:
            self._take(waker)
        elif not key.fileobj.recv(4096):  # the client has gone, and the ingress with it
            self._drop(waker, key.fileobj)

    def _take(self, waker: _Waker) -> None:
        connection, _ = waker.listener.accept()
        if waker.open_gate or len(waker.held) >= HELD_MAX:
            connection.close()
            return
        connection.setblocking(False)
        waker.held.add(connection)
        self._selector.register(connection, selectors.EVENT_READ, waker)
        if not waker.asked:
            waker.asked = True
            threading.Thread(
                target=self._ask, args=(waker.environment,), name="wake", daemon=True
            ).start()

    def _ask(self, environment: EnvironmentId) -> None:
        try:
            self.wake(environment)
        except Exception:  # the edge of a thread
            log.exception("%s could not be woken", environment)

    def _drop(self, waker: _Waker, connection: socket.socket) -> None:
        waker.held.discard(connection)
        self._selector.unregister(connection)
        connection.close()


def _listen(port: int | None) -> socket.socket:
    """Return a listening socket on the port, or on another where that is taken."""
    for wanted in (port or 0, 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, wanted))
        except OSError:
            listener.close()
            if not wanted:
                raise
            continue
        listener.listen(BACKLOG)
        listener.setblocking(False)
        return listener
    raise AssertionError("unreachable: the second try raises")
