"""What alerts arrive at: a webhook that takes Apprise's JSON, and a real SMTP server."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


@dataclass(frozen=True, slots=True)
class Received:
    title: str
    body: str


@dataclass
class Webhook:
    """Keeps what it is sent; answers `status` to alerts."""

    status: int = 200
    received: list[Received] = field(default_factory=list)
    beats: int = 0

    def __post_init__(self) -> None:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if hook.status == 200:
                    value = json.loads(raw)
                    hook.received.append(Received(value["title"], value["message"]))
                self._answer(hook.status)

            def do_GET(self) -> None:
                hook.beats += 1
                self._answer(200)

            def _answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def titles(self) -> list[str]:
        return [item.title for item in self.received]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class Mailbox:
    """An SMTP server on loopback that keeps what it is given."""

    def __init__(self, port: int) -> None:
        self.received: list[Received] = []
        self.port = port
        self._controller = Controller(self, hostname="127.0.0.1", port=port)
        self._controller.start()

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        mail = message_from_bytes(envelope.content)
        part = next(item for item in mail.walk() if item.get_content_maintype() == "text")
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        title = str(make_header(decode_header(mail["Subject"])))
        self.received.append(Received(title, payload.decode()))
        return "250 taken"

    def titles(self) -> list[str]:
        return [item.title for item in self.received]

    def close(self) -> None:
        self._controller.stop()
