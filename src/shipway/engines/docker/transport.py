"""HTTP to a Docker Engine: requests, answers, streams, and which API version is spoken.

Invariant: every call has a time limit, and every failure is either an `ApiError` (the
engine said no) or the Problem `engine-unavailable` (nobody answered).
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from shipway.engines.docker.endpoint import Endpoint
from shipway.errors import Problem

API_FLOOR = (1, 41)
API_NEWEST_KNOWN = (1, 47)
CALL_LIMIT_S = 60.0
_CHUNK = 65536


class ApiError(Problem):
    """The engine refused; what a person is told where nobody knows better.

    status: HTTP's; reason: the engine's own words.
    """

    def __init__(self, status: int, reason: str, what: str) -> None:
        super().__init__(
            "engine-refused",
            f"The Docker Engine refused {what} ({status}): {reason}",
            hints=["journalctl -u docker --since '5 min ago'"],
        )
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    def json(self) -> Any:
        """Return the body, parsed; None where there is none."""
        return json.loads(self.data) if self.data else None


class Stream:
    """An answer that is read as it comes.  `close` may be called from another thread."""

    def __init__(
        self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse
    ) -> None:
        self._socket = connection.sock
        self._connection = connection
        self._response = response

    def chunks(self) -> Iterator[bytes]:
        """Yield what comes, in whatever portions, until the engine ends it."""
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            while chunk := self._response.read1(_CHUNK):
                yield chunk

    def close(self) -> None:
        """End the stream; a reader that waits for it is woken."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._response.close()
        self._connection.close()


class Transport:
    """Talks to one engine; safe to use from several threads.

    changes: grows with every answer to a request that may have changed something.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.changes = 0
        self._api: tuple[int, int] | None = None
        self._negotiating = threading.Lock()

    @property
    def api(self) -> tuple[int, int]:
        """Return the API version that is spoken: the engine's, at most the newest known.

        Raises Problem `engine-unavailable`.
        """
        with self._negotiating:
            if self._api is None:
                reply = self._exchange("GET", "/_ping", None, {}, 10.0, stream=False)
                version = _version(reply.headers.get("api-version", "0.0"))
                if version < API_FLOOR:
                    raise Problem(
                        "engine-unavailable",
                        f"The Docker Engine at {self.endpoint.url} speaks API "
                        f"{_dotted(version)}; Shipway needs {_dotted(API_FLOOR)} "
                        "(Docker Engine 20.10) or later.",
                        hints=["sudo apt-get install docker.io"],
                    )
                self._api = min(version, API_NEWEST_KNOWN)
            return self._api

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        limit_s: float = CALL_LIMIT_S,
    ) -> Reply:
        """Send one request and return the whole answer.

        body: bytes are sent as they are, anything else as JSON.
        Raises ApiError, Problem `engine-unavailable`.
        """
        data, sent = _encode(body, headers)
        url = self._url(path, query)
        try:
            reply: Reply = self._exchange(method, url, data, sent, limit_s, stream=False)
        finally:
            if method != "GET":
                self.changes += 1
        return reply

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON that the engine has at `path`."""
        return self.call("GET", path, query=query).json()

    @contextlib.contextmanager
    def stream(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        limit_s: float = CALL_LIMIT_S,
    ) -> Iterator[Stream]:
        """Open an answer without an end of its own; the reader sets the deadline.

        limit_s: until it begins.
        """
        data, sent = _encode(body, headers)
        stream = self._exchange(method, self._url(path, query), data, sent, limit_s, stream=True)
        try:
            yield stream
        finally:
            stream.close()

    def _url(self, path: str, query: Mapping[str, Any] | None) -> str:
        given = {key: _query(value) for key, value in (query or {}).items() if value is not None}
        tail = f"?{urlencode(given)}" if given else ""
        return f"/v{_dotted(self.api)}{quote(path, safe='/:@')}{tail}"

    def _exchange(
        self,
        method: str,
        url: str,
        data: bytes | None,
        headers: Mapping[str, str],
        limit_s: float,
        *,
        stream: bool,
    ) -> Any:
        connection = self.endpoint.connection(limit_s)
        try:
            connection.connect()
            sock = connection.sock
            connection.request(method, url, body=data, headers=dict(headers))
            response = connection.getresponse()
            if stream and response.status < 400:
                sock.settimeout(None)
                connection.sock = sock
                return Stream(connection, response)
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._unavailable(error) from error
        connection.close()
        if response.status >= 400:
            raise ApiError(response.status, _words(body), f"{method} {url.partition('?')[0]}")
        return Reply(
            status=response.status,
            headers={key.lower(): value for key, value in response.getheaders()},
            data=body,
        )

    def _unavailable(self, error: Exception) -> Problem:
        url = self.endpoint.url
        hints = [
            "sudo systemctl start docker",
            "export DOCKER_HOST=unix:///path/to/docker.sock, then: shipway daemon restart",
            "`engine: process` in shipway.yaml, which runs the application without Docker",
        ]
        if isinstance(error, PermissionError):
            message = f"This user may not talk to the Docker Engine at {url}."
            hints.insert(0, "sudo usermod -aG docker $USER   # then log in again")
        elif isinstance(error, TimeoutError):
            message = f"The Docker Engine at {url} did not answer in time."
        else:
            message = f"No Docker Engine answers at {url}: {error}."
        return Problem("engine-unavailable", message, hints=hints)


def _encode(body: Any, headers: Mapping[str, str] | None) -> tuple[bytes | None, Mapping[str, str]]:
    sent = dict(headers or {})
    if body is None or isinstance(body, bytes):
        return body, sent
    sent.setdefault("Content-Type", "application/json")
    return json.dumps(body).encode(), sent


def _query(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _words(body: bytes) -> str:
    """Return the engine's own sentence from an error's body."""
    text = body.decode(errors="replace").strip()
    with contextlib.suppress(ValueError, AttributeError):
        return str(json.loads(text).get("message", text))
    return text


def _version(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
