"""A small but real Compose application in a git repository of its own.

An API on the standard library (answers at once, after a while, and over a WebSocket), a
worker, a scheduler and a migration.  It needs no package, so it starts in a moment on
either engine.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

API = """
import hashlib, base64, json, os, signal, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = "@VERSION@"
HEALTH = int("@HEALTH@")
ITEMS = int("@ITEMS@")
RELEASE = os.environ.get("SHIPWAY_RELEASE", "none")
ending = threading.Event()
answering = set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Release", RELEASE)
        self.end_headers()
        self.wfile.write(body)

    def parse_request(self):
        answering.add(self)  # from here on the client waits for an answer
        return super().parse_request()

    def handle_one_request(self):
        try:
            super().handle_one_request()
        finally:
            answering.discard(self)

    def do_GET(self):
        if self.path.startswith("/ws"):
            return self.upgrade()
        if self.path == "/health":
            return self.reply(HEALTH, {"version": VERSION})
        if self.path.startswith("/slow"):
            time.sleep(1.0)
        if self.path.startswith("/items"):
            return self.reply(ITEMS, {"release": RELEASE, "items": []})
        if self.path == "/env":
            return self.reply(200, dict(os.environ))
        if self.path.startswith("/missing"):
            return self.reply(404, {})
        self.reply(200, {"release": RELEASE, "version": VERSION})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.reply(201, {"release": RELEASE})

    def upgrade(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"),
                            ("Sec-WebSocket-Accept", accept), ("X-Release", RELEASE)):
            self.send_header(name, value)
        self.end_headers()
        hello = json.dumps({"release": RELEASE}).encode()
        self.wfile.write(bytes([0x81, len(hello)]) + hello)
        self.wfile.flush()
        self.connection.settimeout(0.05)
        while not ending.is_set():
            try:
                self.answer_ping()
            except TimeoutError:
                continue
        self.wfile.write(bytes([0x88, 2]) + (1012).to_bytes(2, "big"))
        self.wfile.flush()
        self.close_connection = True

    def answer_ping(self):
        head = self.connection.recv(2)  # short frames only: what a client's pings are
        if not head:
            return ending.wait(0.5)
        mask = self.connection.recv(4)
        body = self.connection.recv(head[1] & 0x7F) if head[1] & 0x7F else b""
        if head[0] & 0x0F == 9:
            plain = bytes(byte ^ mask[at % 4] for at, byte in enumerate(body))
            self.wfile.write(bytes([0x8A, len(plain)]) + plain)

    def log_message(self, form, *args):
        if "@NOISY@":
            print(form % args, flush=True)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


port = 8000
host = sys.argv[1] if len(sys.argv) > 1 else "0.0.0.0"
server = Server((host, port), Handler)


def stop(*_):
    if "@ABRUPT@":
        os._exit(0)  # as many applications do: what is being answered is lost
    ending.set()
    threading.Thread(target=server.shutdown).start()


signal.signal(signal.SIGTERM, stop)
print("listening", host, port, VERSION, flush=True)
server.serve_forever(poll_interval=0.02)
until = time.monotonic() + 5
while answering and time.monotonic() < until:  # what is being answered is finished
    time.sleep(0.01)
os._exit(0)
"""

TAKER = """
import os, signal, sys, time

signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
print(sys.argv[1], "takes jobs", flush=True)
if "@TAKER_EXIT@":
    sys.exit(int("@TAKER_EXIT@"))
while True:
    time.sleep(1)
"""

MIGRATE = """
import sys
print("migrating to @VERSION@", flush=True)
sys.exit(int("@MIGRATE@"))
"""

COMPOSE = """
services:
  api:
    build: .
    command: python api.py 0.0.0.0
    ports: ["8000:8000"]
    stop_grace_period: 5s
    restart: unless-stopped
  worker:
    build: .
    command: python taker.py worker
    stop_grace_period: 5s
    restart: unless-stopped
  scheduler:
    build: .
    command: python taker.py scheduler
    stop_grace_period: 5s
    restart: unless-stopped
"""

SPEC = """
project: @PROJECT@
environments:
  staging: {port: @STAGING@}
  production: {port: @PRODUCTION@}
services:
  api: {health: {path: /health, deadline: @DEADLINE@, interval: 50ms}}
  scheduler: {role: singleton}
migrate: {service: api, command: python migrate.py}
smoke:
  - {name: items can be read, path: /items, status: 200}
rollout: {settle: @SETTLE@, keep_warm: @WARM@, drain: 2s, disk_minimum: 100MB, disk_floor: 100MB}
"""

DOCKERFILE = """
FROM python:3.11-slim
WORKDIR /app
COPY . .
CMD ["python", "api.py", "0.0.0.0"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How a version behaves: what its health and its items answer, how its migration ends.

    abrupt: the API ends at once when told to stop, whatever it was answering.
    """

    version: str = "v1"
    health: int = 200
    items: int = 200
    migrate: int = 0
    taker_exit: str = ""
    abrupt: bool = False


class TinyApp:
    """The application's repository; `commit` makes a version of it the newest commit."""

    def __init__(
        self,
        directory: Path,
        *,
        project: str = "tiny",
        staging: int = 4400,
        production: int = 4500,
        keep_warm: str = "10m",
        deadline: str = "10s",
        settle: str = "200ms",
        noisy: bool = False,
    ) -> None:
        self.directory = directory
        self.project = project
        self.staging = staging
        self.production = production
        self._values = {
            "PROJECT": project,
            "STAGING": str(staging),
            "PRODUCTION": str(production),
            "WARM": keep_warm,
            "DEADLINE": deadline,
            "SETTLE": settle,
            "NOISY": "yes" if noisy else "",
        }
        directory.mkdir(parents=True)
        self._git("init", "-q", "-b", "main")

    def commit(self, variant: Variant | None = None, **files: str) -> str:
        """Commit a version, and further files by name (`__` stands for a dot)."""
        variant = variant or Variant()
        values = {
            **self._values,
            "VERSION": variant.version,
            "HEALTH": str(variant.health),
            "ITEMS": str(variant.items),
            "MIGRATE": str(variant.migrate),
            "TAKER_EXIT": variant.taker_exit,
            "ABRUPT": "yes" if variant.abrupt else "",
        }
        contents = {
            "api.py": API,
            "taker.py": TAKER,
            "migrate.py": MIGRATE,
            "compose.yaml": COMPOSE,
            "shipway.yaml": SPEC,
            "Dockerfile": DOCKERFILE,
            **{name.replace("__", "."): content for name, content in files.items()},
        }
        for name, content in contents.items():
            text = dedent(content).lstrip("\n")
            for key, value in values.items():
                text = text.replace(f"@{key}@", value)
            (self.directory / name).write_text(text)
        self._git("add", "-A")
        self._git("commit", "-q", "--allow-empty", "-m", variant.version)
        return self._git("rev-parse", "HEAD").strip()

    def _git(self, *words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=kim", "-c", "user.email=kim@example.com", *words],
            cwd=self.directory,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
