"""A Shipway of the benchmark's own: its commands as a user types them, and its daemon."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.harness.guard import undisturbed
from shipway.api.client import Client, DaemonGone
from shipway.errors import Problem
from shipway.places import Places

COMMAND_S = 300.0
END_S = 30.0
STEP_EDGES = {"step-started": 0, "step-done": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutTimes:
    """One rollout as the user and the daemon saw it.

    command_s: the whole command.  switched_s: from the command's start until requests go to
    the new release.  steps_s: each step of the saga.
    """

    release: str
    began_at: float
    switched_at: float
    command_s: float
    switched_s: float
    steps_s: dict[str, float]


class Shipway:
    """Commands and a daemon over `home`; `close` takes all of it down."""

    def __init__(self, home: Path, *, engine: str) -> None:
        self.places = Places(home)
        self.engine = engine
        self.client = Client(self.places.socket, "bench")

    def argv(self, *words: str, directory: Path | None = None) -> list[str]:
        """Return the command as an argument list."""
        where = ["-C", str(directory)] if directory else []
        return [sys.executable, "-P", "-m", "shipway", *where, *words]

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of a command."""
        return {**os.environ, "SHIPWAY_HOME": str(self.places.home)}

    def run(self, *words: str, directory: Path | None = None) -> str:
        """Type a command; return what it printed.  Raises RuntimeError where it fails."""
        done = subprocess.run(
            self.argv(*words, directory=directory),
            check=False,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
        )
        if done.returncode != 0:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
            raise RuntimeError(
                f"shipway {' '.join(words)} ended with {done.returncode}:\n{said}\n{self.log()}"
            )
        return done.stdout

    def deploy(self, directory: Path, environment: str = "staging") -> RolloutTimes:
        """Deploy the last commit as a user does, and return how long it took."""
        began_at, began = time.time(), time.monotonic()
        self.run("deploy", environment, "--engine", self.engine, "--yes", directory=directory)
        return self._times(began_at, time.monotonic() - began)

    def promote(self, directory: Path) -> RolloutTimes:
        """Promote what staging runs as a user does, and return how long it took."""
        began_at, began = time.time(), time.monotonic()
        self.run("promote", "--engine", self.engine, "--yes", directory=directory)
        return self._times(began_at, time.monotonic() - began)

    def _times(self, began_at: float, command_s: float) -> RolloutTimes:
        """Return the times of the last rollout."""
        rollout = self.client.get("/rollouts", limit=1)["rollouts"][0]
        return RolloutTimes(
            release=rollout["release"],
            began_at=began_at,
            switched_at=rollout["switched_at"],
            command_s=command_s,
            switched_s=rollout["switched_at"] - began_at,
            steps_s=self._steps(rollout["id"]),
        )

    def _steps(self, rollout: int) -> dict[str, float]:
        edges: dict[str, list[float]] = {}
        for line in self.client.stream("GET", f"/rollouts/{rollout}/progress", follow=False):
            if line.get("kind") in STEP_EDGES:
                edges.setdefault(line["step"], []).append(line["at"])
        return {name: round(at[-1] - at[0], 4) for name, at in edges.items() if len(at) > 1}

    def pid(self) -> int:
        """Return the daemon's process id."""
        return int(self.client.get("/daemon")["pid"])

    def log(self) -> str:
        """Return the end of the daemon's log."""
        log = self.places.log
        return log.read_text(errors="replace")[-4000:] if log.exists() else "(no log)"

    def close(self) -> None:
        """Take down every environment with its data, the ingress and the daemon; not to be disturbed."""
        with undisturbed():
            self._take_down()

    def _take_down(self) -> None:
        try:
            self.run("up", "--yes")  # where it died: only a daemon can take down what it left
            for view in self.client.get("/status")["environments"]:
                self._destroy(view)
            pid = self.pid()
            self.client.post("/daemon/stop", ingress=True)
        except (DaemonGone, Problem, RuntimeError, subprocess.TimeoutExpired) as error:
            print(f"bench: taking down failed: {error}\n{self.log()}", file=sys.stderr)
            return
        until = time.monotonic() + END_S
        while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
            time.sleep(0.05)

    def _destroy(self, view: dict[str, Any]) -> None:
        active = view["active"]
        if active:
            self.client.post(f"/rollouts/{active['id']}/abort")
            for _ in self.client.stream("GET", f"/rollouts/{active['id']}/progress"):
                pass
        place = f"/projects/{view['project']}/environments/{view['environment']}"
        self.client.post(f"{place}/destroy", data=True)
