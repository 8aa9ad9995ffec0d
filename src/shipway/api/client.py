"""The client of the API over the daemon's unix socket: standard library only, to start fast."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from shipway.api import unix_http
from shipway.errors import Problem

if TYPE_CHECKING:
    from http.client import HTTPConnection

TIMEOUT_S = 60.0
LONG_S = 12 * 3600.0
ROOT = "/api/v1"

Body = Mapping[str, Any] | None


class DaemonGone(Exception):  # noqa: N818 - what happened, not an error of the caller
    """No daemon answers at the socket, or it went away in mid-answer."""


class Client:
    """Speaks with the daemon at `path` as `user`; timeout_s: of each wait for an answer."""

    def __init__(self, path: Path, user: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._path = path
        self._user = user
        self._timeout_s = timeout_s

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return the answer to a GET.  Raises Problem, DaemonGone."""
        return self._json("GET", _with_query(path, query), None)

    def post(self, path: str, body: Body = None, **query: Any) -> dict[str, Any]:
        """Return the answer to a POST.  Raises Problem, DaemonGone."""
        return self._json("POST", _with_query(path, query), body)

    def post_long(self, path: str, body: Body = None) -> dict[str, Any]:
        """Return the answer to a POST that may take hours.  Raises Problem, DaemonGone."""
        return self._json("POST", path, body, timeout_s=LONG_S)

    def stream(self, method: str, path: str, body: Body = None, **query: Any) -> Iterator[Any]:
        """Yield the JSON lines of an answer; a Problem in it is raised."""
        from shipway.api.streaming import HTTPException, asked

        data, target = self._encoded(body), ROOT + _with_query(path, query)
        connection = self._connection(None)
        try:
            response = asked(connection, method, target, headers=self._headers(), body=data)
            if response.status >= 400:
                raise _problem(response.status, response.read())
            while line := response.readline():
                value = json.loads(line)
                if value is None:
                    continue
                if isinstance(value, dict) and "problem" in value and len(value) == 1:
                    raise Problem.from_dict(value["problem"])
                yield value
        except (OSError, HTTPException, ValueError) as error:
            raise DaemonGone(str(error)) from error
        finally:
            connection.close()

    def _json(
        self, method: str, path: str, body: Body, *, timeout_s: float | None = None
    ) -> dict[str, Any]:
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        status, data = self._answer(method, ROOT + path, self._encoded(body), limit_s)
        if status >= 400:
            raise _problem(status, data)
        try:
            answer: dict[str, Any] = json.loads(data)
        except ValueError as error:
            raise DaemonGone(str(error)) from error
        return answer

    def _answer(
        self, method: str, target: str, body: bytes | None, timeout_s: float
    ) -> tuple[int, bytes]:
        """Return (status, body) of an answer that is read whole.  Raises DaemonGone."""
        try:
            return unix_http.exchange(
                str(self._path),
                method,
                target,
                headers=self._headers(),
                body=body,
                timeout_s=timeout_s,
            )
        except (OSError, unix_http.BadAnswer) as error:
            raise DaemonGone(str(error)) from error

    def _connection(self, timeout_s: float | None) -> HTTPConnection:
        from shipway.api.streaming import UnixConnection

        return UnixConnection(self._path, timeout_s)

    def _headers(self) -> dict[str, str]:
        return {"Accept": "*/*", "Content-Type": "application/json", **self._speaker()}

    def _speaker(self) -> dict[str, str]:
        return {"X-Shipway-User": self._user}

    def _encoded(self, body: Body) -> bytes | None:
        return None if body is None else json.dumps(body).encode()


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

    def _answer(
        self, method: str, target: str, body: bytes | None, timeout_s: float
    ) -> tuple[int, bytes]:
        from shipway.api.streaming import HTTPException, asked

        connection = self._connection(timeout_s)
        try:
            response = asked(connection, method, target, headers=self._headers(), body=body)
            return response.status, response.read()
        except (OSError, HTTPException) as error:
            raise DaemonGone(str(error)) from error
        finally:
            connection.close()

    def _connection(self, timeout_s: float | None) -> HTTPConnection:
        from shipway.api.streaming import tcp_connection

        return tcp_connection(self._host, secure=self._secure, timeout_s=timeout_s)

    def _speaker(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    def _encoded(self, body: Body) -> bytes | None:
        """Return what is sent; a project's directory is the one on the server."""
        if body and "directory" in body:
            if self._directory is None:
                self._directory = str(self.get("/me").get("directory") or body["directory"])
            body = {**body, "directory": self._directory}
        return super()._encoded(body)


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
