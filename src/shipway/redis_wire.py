"""Redis' protocol (RESP2), as far as a few questions need it, over a connection that is kept.

The client library takes 6 MB and half a hundred modules in a daemon that asks for the length of
some lists every ten seconds.  Knows commands and replies only; no pool, no cluster, no pub/sub.
See https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, Any

Command = Sequence[str | bytes | int]
REFUSED = ("NOAUTH", "WRONGPASS", "ERR invalid password", "ERR AUTH", "ERR Client sent AUTH")


class WireError(Exception):
    """Redis answered with an error: its text."""

    @property
    def refused(self) -> bool:
        """Return whether it is the password that Redis does not take."""
        return str(self).startswith(REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a Redis is, and how to enter."""

    host: str
    port: int = 6379
    db: int = 0
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False


class Wire:
    """Asks one Redis; connects when it has to.  Safe in several threads."""

    def __init__(self, address: Address, *, connect_s: float, answer_s: float) -> None:
        self._address = address
        self._connect_s = connect_s
        self._answer_s = answer_s
        self._lock = threading.Lock()
        self._open: tuple[socket.socket, IO[bytes]] | None = None

    def ask(self, *commands: Command) -> list[Any]:
        """Send the commands at once; return their replies: None, int, bytes or list.

        Raises OSError, WireError.  A connection that Redis closed meanwhile is made anew.
        """
        with self._lock:
            kept = self._open is not None
            try:
                return self._ask(commands)
            except OSError as error:
                self._close()
                if not kept or isinstance(error, TimeoutError):
                    raise
                return self._ask(commands)
            except BaseException:
                self._close()
                raise

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._close()

    def _ask(self, commands: Sequence[Command]) -> list[Any]:
        if self._open is None:
            self._open = self._connect()
        connection, stream = self._open
        connection.sendall(b"".join(map(encode, commands)))
        return [read_reply(stream) for _ in commands]

    def _connect(self) -> tuple[socket.socket, IO[bytes]]:
        to = self._address
        with ExitStack() as undo:
            connection = undo.enter_context(
                socket.create_connection((to.host, to.port), self._connect_s)
            )
            connection.settimeout(self._answer_s)
            if to.tls:
                import ssl

                context = ssl.create_default_context()
                connection = undo.enter_context(
                    context.wrap_socket(connection, server_hostname=to.host)
                )
            stream = undo.enter_context(connection.makefile("rb"))
            first: list[Command] = []
            if to.password:
                first.append(("AUTH", *([to.user] if to.user else []), to.password))
            if to.db:
                first.append(("SELECT", to.db))
            for command in first:
                connection.sendall(encode(command))
                read_reply(stream)
            undo.pop_all()
        return connection, stream

    def _close(self) -> None:
        if self._open is not None:
            connection, stream = self._open
            self._open = None
            stream.close()
            connection.close()


def encode(command: Command) -> bytes:
    """Return a command as Redis reads it.  Pure."""
    words = [word if isinstance(word, bytes) else str(word).encode() for word in command]
    parts = [b"$%d\r\n%s\r\n" % (len(word), word) for word in words]
    return b"*%d\r\n%s" % (len(words), b"".join(parts))


def read_reply(stream: IO[bytes]) -> Any:
    """Read one reply.  Raises OSError where the stream ends, WireError for Redis' own errors."""
    line = stream.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionResetError("Redis closed the connection")
    kind, rest = line[:1], line[1:-2]
    if kind == b"-":
        raise WireError(rest.decode(errors="replace"))
    if kind == b"+":
        return rest
    if kind not in {b":", b"$", b"*"}:
        raise ConnectionResetError("this is no Redis")
    number = int(rest)
    if kind == b":" or number < 0:
        return number if kind == b":" else None
    if kind == b"*":
        return [read_reply(stream) for _ in range(number)]
    body = stream.read(number + 2)
    if len(body) < number + 2:
        raise ConnectionResetError("Redis closed the connection")
    return body[:-2]
