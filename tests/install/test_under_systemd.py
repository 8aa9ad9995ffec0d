"""The whole of docs/install.md on a Debian that a real systemd runs, in a container.

`shipway install`, a deploy by an operator, restarts of the daemon and of the proxy, a reboot,
`shipway uninstall --purge`: as the handbook has them typed.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.install.booted import Booted, Visitor, booted, refused, words_of
from tests.support.running import eventually, free_ports

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(400)]

PROGRAM = "/opt/shipway/shipway"
PORTS_BELOW_1024 = 1 << 10
API = """
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/upload":  # what is large lies there while it comes
            with tempfile.NamedTemporaryFile(dir="/tmp") as file:
                file.write(b"x" * 100_000)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


ThreadingHTTPServer((sys.argv[1], 8000), Handler).serve_forever()
"""
COMPOSE = """
services:
  api:
    build: .
    command: python api.py 0.0.0.0
    ports: ["8000:8000"]
    restart: unless-stopped
  cache:
    image: redis:7
    volumes: ["data:/data"]
volumes: {data: {}}
"""
DOCKERFILE = "FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nCMD [python, api.py, 0.0.0.0]\n"
SPEC = """
project: booted
engine: process
environments:
  staging: {{port: {staging}}}
  production: {{port: {production}}}
services:
  api: {{health: {{path: /health}}}}
gates: {{deploy: "off"}}
rollout: {{settle: 200ms, disk_minimum: 100MB, disk_floor: 100MB}}
"""
FILES = {"api.py": API, "compose.yaml": COMPOSE, "Dockerfile": DOCKERFILE}


@pytest.fixture
def server() -> Iterator[Booted]:
    with booted() as found:
        yield found


@pytest.fixture
def url() -> str:
    """Return where staging is to be found."""
    return f"http://127.0.0.1:{free_ports(1)[0]}"


def project(folder: Path, staging: int) -> Path:
    folder.mkdir()
    spec = SPEC.format(staging=staging, production=free_ports(1)[0])
    for name, text in {**FILES, "shipway.yaml": spec}.items():
        (folder / name).write_text(text)
    who = ["-c", "user.name=mina", "-c", "user.email=mina@example.com"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "one"]):
        subprocess.run(["git", "-C", str(folder), *words], check=True, timeout=20)
    return folder


def test_a_server_is_installed_serves_survives_restarts_and_a_reboot_and_is_given_back(
    server: Booted, url: str, tmp_path: Path
) -> None:
    """The lines of docs/install.md, typed; no request fails while daemon or proxy go."""
    server.say("useradd", "--create-home", "mina")
    server.say("groupadd", "docker")  # the unit of a server with Docker, whose daemon may most
    server.say("git", "config", "--global", "--add", "safe.directory", "*")
    server.say("git", "clone", "-q", "/checkout", "/opt/shipway")
    plan = server.say(PROGRAM, "install", "--dry-run")
    assert "install haproxy, restic from Debian's packages" in plan
    assert server.run("which", "haproxy").returncode != 0, "a plan installs nothing"
    server.say(PROGRAM, "install", "--operator", "mina", "-y")
    assert "There is nothing to install" in server.say(PROGRAM, "install", "--operator", "mina")
    assert server.say("systemctl", "--failed", "--plain", "--no-legend") == ""

    server.put(project(tmp_path / "shop", int(url.rpartition(":")[2])), "/srv/shop", owner="mina")

    def mina(*words: str) -> str:
        return server.say("shipway", *words, user="mina", folder="/srv/shop")

    mina("deploy", "staging", "-y")
    assert refused(f"{url}/upload") == "", "what is deployed has somewhere to write"
    rights = server.say(
        "sh", "-c", "grep CapEff /proc/$(pgrep -u shipway -f 'python api.py' | head -1)/status"
    )
    assert int(rights.split()[1], 16) == PORTS_BELOW_1024, "and has nothing else of root's"
    assert words_of(mina("doctor"), "✗") == []
    mina("backup", "create", "staging")

    with Visitor(url) as visitor:
        server.say("systemctl", "restart", "shipway")
        eventually("it answers", lambda: "up" in mina("status"), 30)
        server.say("systemctl", "kill", "--kill-who=main", "--signal=KILL", "shipway")
        eventually("it is back", lambda: "up" in mina("status"), 30)
        mina("daemon", "restart")
    assert visitor.answers > 50
    assert visitor.failures == []
    server.say("systemctl", "kill", "--signal=KILL", "shipway-ingress")
    eventually("the proxy is back by itself", lambda: refused(url) == "", 20)

    server.reboot()
    eventually("it serves again", lambda: refused(url) == "", 30)
    assert "still there" in server.run(PROGRAM, "uninstall", "--purge", "-y").stdout
    assert refused(url) == ""
    mina("down", "--all", "-y")
    server.say(PROGRAM, "uninstall", "--purge", "-y")
    assert server.run("id", "shipway").returncode != 0
    assert server.run("test", "-e", "/var/lib/shipway").returncode != 0
