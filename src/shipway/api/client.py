"""The client of the API over the daemon's unix socket: standard library only, to start fast."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from shipway.errors import Problem

TIMEOUT_S = 60.0
LONG_S = 12 * 3600.0


class DaemonGone(Exception):  # noqa: N818 - what happened, not an error of the caller
    """No daemon answers at the socket, or it went away in mid-answer."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_s: float | None) -> None:
        super().__init__("shipway", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Client:
    """Speaks with the daemon at `path` as `user`."""

    def __init__(self, path: Path, user: str) -> None:
        self._path = path
        self._user = user

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return the answer to a GET.  Raises Problem, DaemonGone."""
        return self._json("GET", _with_query(path, query), None)

    def post(
        self, path: str, body: Mapping[str, Any] | None = None, **query: Any
    ) -> dict[str, Any]:
        """Return the answer to a POST.  Raises Problem, DaemonGone."""
        return self._json("POST", _with_query(path, query), body)

    def post_long(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the answer to a POST that may take hours.  Raises Problem, DaemonGone."""
        return self._json("POST", path, body, timeout_s=LONG_S)

    def stream(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: Any
    ) -> Iterator[Any]:
        """Yield the JSON lines of an answer; a Problem in it is raised."""
        connection, response = self._send(method, _with_query(path, query), body, None)
        try:
            while line := response.readline():
                value = json.loads(line)
                if value is None:
                    continue
                if isinstance(value, dict) and "problem" in value and len(value) == 1:
                    raise Problem.from_dict(value["problem"])
                yield value
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise DaemonGone(str(error)) from error
        finally:
            connection.close()

    def _connection(self, timeout_s: float | None) -> http.client.HTTPConnection:
        return _UnixConnection(self._path, timeout_s)

    def _speaker(self) -> dict[str, str]:
        return {"X-Shipway-User": self._user}

    def _json(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        *,
        timeout_s: float = TIMEOUT_S,
    ) -> dict[str, Any]:
        connection, response = self._send(method, path, body, timeout_s)
        try:
            answer: dict[str, Any] = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise DaemonGone(str(error)) from error
        finally:
            connection.close()
        return answer

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, timeout_s: float | None
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection = self._connection(timeout_s)
        headers = {**self._speaker(), "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        try:
            connection.request(method, f"/api/v1{path}", body=data, headers=headers)
            response = connection.getresponse()
            refused = response.read() if response.status >= 400 else None
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise DaemonGone(str(error)) from error
        if refused is not None:
            connection.close()
            raise _problem(response.status, refused)
        return connection, response


class RemoteClient(Client):
    """Speaks over TCP with the daemon at `url`, as what the API token is for."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(Path(url), "")
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise Problem(
                "invalid-address",
                f"SHIPWAY_URL is {url!r}, which is not the address of a dashboard.",
                hints=["SHIPWAY_URL=https://ops.example.com shipway status"],
            )
        self._secure = parts.scheme == "https"
        self._host = parts.netloc
        self._token = token
        self._directory: str | None = None

    def _connection(self, timeout_s: float | None) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        return kind(self._host, timeout=timeout_s)

    def _speaker(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, timeout_s: float | None
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Send it; a project's directory is the one on the server."""
        if body and "directory" in body:
            if self._directory is None:
                self._directory = str(self.get("/me").get("directory") or body["directory"])
            body = {**body, "directory": self._directory}
        return super()._send(method, path, body, timeout_s)


def _with_query(path: str, query: Mapping[str, Any]) -> str:
    given = {
        key: str(value).lower() if isinstance(value, bool) else value
        for key, value in query.items()
        if value is not None
    }
    return f"{path}?{urlencode(given)}" if given else path


def _problem(status: int, body: bytes) -> Problem:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {}
    if "problem" in answer:
        return Problem.from_dict(answer["problem"])
    detail = answer.get("detail")
    if isinstance(detail, list):
        said = "; ".join(
            f"{'.'.join(str(part) for part in item.get('loc', ()))}: {item.get('msg')}"
            for item in detail
        )
        return Problem("bad-request", f"the daemon refused the request: {said}")
    return Problem(
        "internal-error",
        f"the daemon answered {status}. What runs goes on running.",
        hints=["shipway daemon log", "shipway status"],
    )
