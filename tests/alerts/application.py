"""An application with everything that is watched: API, Celery worker, PostgreSQL, Redis.

Its API can be told to be slow and to count failures, so that faults are real ones.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.tinyapp import TinyApp

PASSWORD = "Zk3vT9qLr2XwB7mNd5"

API = """
import base64, hashlib, os, signal, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

slow_s = 0.0
outcomes = {"success": 0, "failure": 0}
guard = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        global slow_s
        parts = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/ws":
            return self.upgrade()
        if parts.path == "/fault":
            slow_s = float(asked["slow"])
        elif parts.path == "/call":
            with guard:
                outcomes[asked["outcome"]] += int(asked.get("count", 1))
        elif parts.path == "/work":
            time.sleep(slow_s)
        elif parts.path == "/metrics":
            lines = ["# TYPE sns_requests counter"]
            for outcome, count in outcomes.items():
                lines.append(f'sns_requests_total{{provider="naver",outcome="{outcome}"}} {count}')
            return self.reply(200, chr(10).join(lines) + chr(10))
        self.reply(200, "ok")

    def upgrade(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"),
                            ("Sec-WebSocket-Accept", accept)):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()
        try:
            while self.connection.recv(1024):
                pass
        except OSError:
            pass
        self.close_connection = True

    def log_message(self, form, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
print('{"level": "info", "event": "listening"}', flush=True)
Server((sys.argv[1], 8000), Handler).serve_forever()
"""

JOBS = """
import os
from celery import Celery

app = Celery("jobs", broker=os.environ["CELERY_BROKER_URL"])


@app.task
def count(number):
    return number
"""

COMPOSE = """
x-own: &own
  build: .
  stop_grace_period: 5s
  restart: unless-stopped
  environment:
    CELERY_BROKER_URL: redis://redis:6379/1
    DATABASE_URL: postgresql://app:${DB_PASSWORD}@postgres:5432/app
services:
  api:
    <<: *own
    command: python api.py 0.0.0.0
    ports: ["8000:8000"]
    volumes: ["uploads:/uploads"]
  worker:
    <<: *own
    command: celery -A jobs worker -Q celery,mail --concurrency 1 --loglevel warning --without-gossip --without-mingle
  redis:
    image: redis:7-alpine
    command: redis-server --maxmemory 20mb --maxmemory-policy noeviction --save ""
    volumes: ["cache:/data"]
  postgres:
    image: postgres:16-alpine
    environment: {POSTGRES_USER: app, POSTGRES_PASSWORD: "${DB_PASSWORD}", POSTGRES_DB: app}
    volumes: ["pgdata:/var/lib/postgresql/data"]
volumes: {uploads: {}, pgdata: {}, cache: {}}
"""

SPEC = """
project: @PROJECT@
language: ko
environments:
  production: {port: @PRODUCTION@, address: 127.0.0.1}
  staging: {port: @STAGING@, address: 127.0.0.1}
services:
  api: {health: {path: /health, interval: 50ms}}
variables:
  HOOK_URL: "json://127.0.0.1:@HOOK@/hook"
  MAIL_URL: "mailto://127.0.0.1:@SMTP@?from=shipway@example.com&to=ops@example.com"
  HEART_URL: "http://127.0.0.1:@HOOK@/heart"
indicators:
  metrics: {api: /metrics}
  success: [{metric: sns_requests_total, name: sns, by: provider, window: 5s, minimum: 20}]
  log_slow_queries: true
alerts:
  api-p95: {for: 1s}
  celery-queue: {threshold: 200}
  slow-queries: {level: notice}
  websockets: {threshold: 20}
  workers: {for: 3s}
  instances: {for: 1s}
notify:
  hook: HOOK_URL
  mail: {url: MAIL_URL, level: urgent}
heartbeat: {url: HEART_URL, every: 1s}
journeys:
  front-door: {monitor: 1s, steps: [{name: health, request: GET /health, expect: {status: 200}}]}
rollout: {settle: 200ms, keep_warm: 1s, drain: 2s, disk_minimum: 100MB, disk_floor: 100MB}
"""

DOCKERFILE = """
FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt ./
RUN pip install -r requirements.txt
COPY . .
CMD ["python", "api.py", "0.0.0.0"]
"""


def make(directory: Path, *, ports: list[int], hook: int, smtp: int) -> TinyApp:
    """Write and commit the application; its alerts go to the two receivers' ports."""
    app = TinyApp(directory, project="watched", staging=ports[0], production=ports[1])
    spec = SPEC.replace("@HOOK@", str(hook)).replace("@SMTP@", str(smtp))
    app.commit(
        api__py=API,
        jobs__py=JOBS,
        compose__yaml=COMPOSE,
        shipway__yaml=spec,
        Dockerfile=DOCKERFILE,
        requirements__txt="celery[redis]\n",
        __gitignore=".env\n",
    )
    (directory / ".env").write_text(f"DB_PASSWORD={PASSWORD}\n")
    return app
