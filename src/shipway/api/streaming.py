"""Connections of the standard library's HTTP client: for streams, and to other machines.

Imported when one is needed: it takes longer to import than a command takes otherwise.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping
from pathlib import Path

HTTPException = http.client.HTTPException


class UnixConnection(http.client.HTTPConnection):
    """A connection to the daemon's socket."""

    def __init__(self, path: Path, timeout_s: float | None) -> None:
        super().__init__("shipway", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket, not to the host's name."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def tcp_connection(
    host: str, *, secure: bool, timeout_s: float | None
) -> http.client.HTTPConnection:
    """Return a connection to another machine, which is made when something is sent."""
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    return kind(host, timeout=timeout_s)


def asked(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
) -> http.client.HTTPResponse:
    """Send a request and return the answer, whose body is still to be read.

    Raises OSError, HTTPException.
    """
    connection.request(method, target, body=body, headers=dict(headers))
    return connection.getresponse()
