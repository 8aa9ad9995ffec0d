"""The users' way: `docker compose up -d --build` behind an nginx that stays up.

The set-up is the commonest of those that work without a hand on nginx at each deploy:
nginx on the host (here in the host's network) passes on to the ports that `api` and `web`
publish on loopback.  Everything else is the application's own compose.yaml with its
compose.local.yaml, in which a job migrates before the API starts.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench.harness.board import PROJECT

NAME = f"{PROJECT}-compose"
NGINX = f"{PROJECT}-nginx"
NGINX_IMAGE = "nginx:alpine"
UP_S = 300.0
DOWN_S = 120.0
NGINX_S = 20.0

PUBLISHED = """\
services:
  api: {{ports: ["127.0.0.1:{api}:8000"]}}
  web: {{ports: ["127.0.0.1:{web}:8000"]}}
  door: {{profiles: [never]}}
"""


class Composed:
    """The application under Docker Compose; `down` removes all of it."""

    def __init__(
        self, application: Path, work: Path, *, compose: str, ports: tuple[int, int, int]
    ) -> None:
        self._application = application
        self._work = work
        self._compose = compose
        self.port, self._api, self._web = ports

    def prepare(self) -> None:
        """Write what the application's own files do not say, and remove an earlier run's rest."""
        self._work.mkdir()
        (self._work / "published.yaml").write_text(
            PUBLISHED.format(api=self._api, web=self._web), encoding="utf-8"
        )
        (self._work / "nginx.conf").write_text(self._nginx_conf(), encoding="utf-8")
        self.down()

    def up(self, release: str) -> float:
        """Deploy what lies in the application's directory; return the command's seconds."""
        began = time.monotonic()
        self._run("up", "-d", "--build", deadline_s=UP_S, release=release)
        return time.monotonic() - began

    def start_nginx(self) -> None:
        """Start nginx, which stays up over all deploys; return when it listens."""
        conf = self._work / "nginx.conf"
        argv = ["docker", "run", "--detach", "--name", NGINX, "--network", "host"]
        argv += ["--volume", f"{conf}:/etc/nginx/conf.d/default.conf:ro", NGINX_IMAGE]
        subprocess.run(argv, check=True, capture_output=True, timeout=60)
        until = time.monotonic() + NGINX_S
        while not _listens(self.port):
            if time.monotonic() > until:
                raise RuntimeError(f"nginx does not listen after {NGINX_S:g} s")
            time.sleep(0.05)

    def down(self) -> None:
        """Remove containers, networks, volumes, images and nginx.  Safe to repeat."""
        subprocess.run(
            ["docker", "rm", "--force", NGINX], check=False, capture_output=True, timeout=60
        )
        try:
            self._run(
                *("down", "--volumes", "--remove-orphans", "--rmi", "local", "--timeout", "5"),
                deadline_s=DOWN_S,
            )
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            print(f"bench: taking Compose's side down failed: {error}", file=sys.stderr)

    def _nginx_conf(self) -> str:
        """Return the application's own nginx.conf, for an nginx outside of its network."""
        text = (self._application / "local" / "nginx.conf").read_text(encoding="utf-8")
        return (
            text.replace("listen 80;", f"listen 127.0.0.1:{self.port};")
            .replace("http://api:8000", f"http://127.0.0.1:{self._api}")
            .replace("http://web:8000", f"http://127.0.0.1:{self._web}")
        )

    def _run(self, *words: str, deadline_s: float, release: str = "none") -> None:
        files = (
            self._application / "compose.yaml",
            self._application / "compose.local.yaml",
            self._work / "published.yaml",
        )
        argv = [self._compose, "--project-name", NAME]
        argv += ["--project-directory", str(self._application)]
        argv += [word for file in files for word in ("--file", str(file))]
        done = subprocess.run(
            [*argv, *words],
            check=False,
            env={**os.environ, "SHIPWAY_RELEASE": release, "DOCKER_BUILDKIT": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=deadline_s,
        )
        if done.returncode != 0:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
            raise RuntimeError(f"docker compose {' '.join(words)}: {said}")


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
