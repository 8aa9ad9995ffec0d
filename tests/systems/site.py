"""A server of a test's own: the real daemon, and the command line as a person types it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.asking import answer
from tests.support.running import Shipway, free_ports
from tests.systems.facts import System
from tests.systems.repository import Repository

COMMAND_S = 600.0
ENVIRONMENTS = ("staging", "production")

View = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled:
    """A rollout as the person saw it: how long the command took, and each step of it."""

    release: str
    seconds: float
    steps: dict[str, float]


class Site:
    """The daemon below `ground`, and the repository that is deployed with it."""

    def __init__(self, system: System, ground: Path) -> None:
        self.system = system
        self.home = ground / "home"
        self.ports = dict(zip(ENVIRONMENTS, free_ports(len(ENVIRONMENTS)), strict=True))
        # one of its own: the engine may be shared with other runs
        self.project = f"{system.name}-{secrets.token_hex(2)}"
        self.repository = Repository(
            system, ground / "repository", project=self.project, ports=self.ports
        )
        self.daemon = Shipway(self.home, engine="docker")

    def shipway(self, *words: str, stdin: str | None = None, good: tuple[int, ...] = (0,)) -> View:
        """Type a command with --json; return the last thing that it told."""
        done = subprocess.run(
            [
                *(sys.executable, "-P", "-m", "shipway", "-C", str(self.repository.directory)),
                *(*words, "--json"),
            ],
            env={**os.environ, "SHIPWAY_HOME": str(self.home)},
            check=False,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
        )
        said = (done.stdout + done.stderr)[-8000:]
        assert done.returncode in good, (
            f"`shipway {' '.join(words)}` ended with {done.returncode}:\n{said}\n{self.daemon.log()}"
        )
        lines = done.stdout.strip().splitlines()
        found = json.loads(lines[-1]) if lines else {}
        assert isinstance(found, dict), found
        return found

    def roll(self, *words: str) -> Rolled:
        """Type deploy, promote or rollback, and wait for its end."""
        began = time.monotonic()
        rollout = self.shipway(*words, "--yes", "--engine", "docker")["rollout"]
        seconds = time.monotonic() - began
        assert rollout["state"] == "succeeded", self.daemon.story(rollout["id"])
        return Rolled(release=rollout["release"], seconds=seconds, steps=self._steps(rollout["id"]))

    def _steps(self, identifier: int) -> dict[str, float]:
        edges: dict[str, list[float]] = {}
        path = f"/rollouts/{identifier}/progress"
        for line in self.daemon.client.stream("GET", path, follow=False):
            if line.get("kind") in {"step-started", "step-done"}:
                edges.setdefault(line["step"], []).append(line["at"])
        return {name: at[-1] - at[0] for name, at in edges.items()}

    def environment(self, name: str) -> View:
        """Return an environment as it is."""
        return self.daemon.environment(self.project, name)

    def get(self, environment: str, path: str, host: str | None = None) -> tuple[int, Any]:
        """Return status and body of a GET through the front door."""
        status, _headers, body = answer(self.ports[environment], path, host)
        return status, body

    def secret(self, name: str, environment: str) -> str:
        """Return a value of the vault, as who runs the server may."""
        return str(self.shipway("secret", "get", name, "-e", environment)["value"])

    def take_over(self, secrets: Mapping[str, str], environment: str) -> None:
        """Bring secrets into the vault, from an env file as a team has one."""
        file = self.home.parent / f"{environment}.env"
        file.write_text("".join(f"{name}='{value}'\n" for name, value in secrets.items()))
        told = self.shipway("secret", "import", str(file), "--all", "-e", environment)
        file.unlink()
        assert set(told["names"]) == set(secrets), told

    def inside(self, service: str, environment: str, *command: str) -> str:
        """Return what a command in the live release's instance printed.  Raises on failure."""
        return self.typed("exec", "-e", environment, service, "--", *command)

    def typed(self, *words: str) -> str:
        """Type a command; return what it printed.  It must succeed."""
        done = subprocess.run(
            [
                *(sys.executable, "-P", "-m", "shipway", "-C", str(self.repository.directory)),
                *words,
            ],
            env={**os.environ, "SHIPWAY_HOME": str(self.home)},
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
