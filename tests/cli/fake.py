"""A daemon that answers what a test tells it to: HTTP over a unix socket, as the real one."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from shipway.errors import Problem

CUT = object()
"""In a stream: the connection breaks here."""

WAIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Stream:
    """Lines of an answer; an Event among them is waited for, CUT breaks the connection."""

    lines: Iterable[Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    user: str


@dataclass
class FakeDaemon:
    """Answers by (method, path); a list is used up item by item, its last one stays."""

    socket: Path
    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    _server: socketserver.BaseServer | None = None

    def get(self, path: str, *answers: Any) -> None:
        """Set what a GET is answered."""
        self.answers["GET", path] = list(answers)

    def post(self, path: str, *answers: Any) -> None:
        """Set what a POST is answered."""
        self.answers["POST", path] = list(answers)

    def bodies(self, path: str) -> list[Any]:
        """Return the bodies that were posted there."""
        return [item.body for item in self.asked if (item.method, item.path) == ("POST", path)]

    def start(self) -> None:
        """Begin to listen."""
        self.socket.parent.mkdir(parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        handler = type("Handler", (_Handler,), {"daemon": self})
        server = _Server(str(self.socket), handler)
        self._server = server
        threading.Thread(
            target=lambda: server.serve_forever(poll_interval=0.01), daemon=True
        ).start()

    def stop(self) -> None:
        """Go away, as a daemon that ended."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        self.socket.unlink(missing_ok=True)

    def answer(self, request: Request) -> Any:
        """Return what the test wants answered."""
        self.asked.append(request)
        found = self.answers.get((request.method, request.path))
        if not found:
            return Problem("no-answer", f"the test has no answer to {request}")
        answer = found.pop(0) if len(found) > 1 else found[0]
        return answer(request) if isinstance(answer, Callable) else answer  # type: ignore[arg-type]


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 32


class _Handler(BaseHTTPRequestHandler):
    daemon: FakeDaemon

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(json.loads(raw) if raw else None)

    def _answer(self, body: Any) -> None:
        parts = urlsplit(self.path)
        answer = self.daemon.answer(
            Request(
                self.command,
                parts.path.removeprefix("/api/v1"),
                dict(parse_qsl(parts.query)),
                body,
                self.headers["X-Shipway-User"],
            )
        )
        if isinstance(answer, Stream):
            self._stream(answer)
            return
        status = 200
        if isinstance(answer, Problem):
            status, answer = 422, {"problem": answer.as_dict()}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        with suppress(BrokenPipeError):  # who typed Ctrl-C reads no answer
            self.end_headers()
            self.wfile.write(content)

    def _stream(self, stream: Stream) -> None:
        self.send_response(200)
        self.end_headers()
        for line in stream.lines:
            if line is CUT:
                return
            if isinstance(line, threading.Event):
                self.wfile.flush()
                line.wait(WAIT_S)
                continue
            self.wfile.write(json.dumps(line).encode() + b"\n")
            self.wfile.flush()

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""

    def address_string(self) -> str:
        """Return the name of the only client there is."""
        return "unix"
