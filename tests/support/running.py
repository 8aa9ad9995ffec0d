"""A real daemon of its own home, driven over its API."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from shipway.api.client import Client, DaemonGone
from shipway.errors import Problem
from shipway.places import Places
from tests.support.loaded import Daemon, start_daemon

START_S = 60.0
END_S = 60.0
ROLLOUT_S = 90.0
WORKERS = 8
PORTS = range(20_000, 32_000)
SPREAD = 97  # runs beside each other, on one machine, begin far from each other
PAUSE_FIRST_S, PAUSE_LAST_S = 0.01, 0.1


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, below the range of outgoing connections.

    A port is often bound long after it was chosen: so each worker of a run has a block of
    its own, and none is chosen again before all of the block's have been.
    """
    held: list[socket.socket] = []
    with _choosing:
        while len(held) < count:
            candidate = socket.socket()
            try:
                candidate.bind(("0.0.0.0", next(_ports)))
            except OSError:
                candidate.close()
                continue
            held.append(candidate)
    ports = [item.getsockname()[1] for item in held]
    for item in held:
        item.close()
    return ports


def _worker_s_ports() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    size = len(PORTS) // WORKERS
    block = PORTS[worker % WORKERS * size :][:size]
    for step in itertools.count(os.getpid() * SPREAD):
        yield block[step % size]


_ports = _worker_s_ports()
_choosing = threading.Lock()


def as_busy(seconds: float) -> float:
    """Return how long something may take that takes so long where nothing else runs."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class NotInTimeError(AssertionError):
    """What was waited for did not come: of all failures the one that a busy machine can make."""


def eventually(what: str, ask: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait until `ask` answers something true, and return that.

    Asked less and less often: what takes seconds is not made slower by being asked.
    Raises NotInTimeError.
    """
    until = time.monotonic() + seconds
    pause_s = PAUSE_FIRST_S
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > until:
            raise NotInTimeError(f"not within {seconds:g} s: {what}")
        time.sleep(pause_s)
        pause_s = min(PAUSE_LAST_S, pause_s * 1.2)


class Shipway:
    """A daemon process over `home`; `close` takes down everything that it started."""

    def __init__(self, home: Path, *, engine: str = "process") -> None:
        self.places = Places(home)
        self.engine = engine
        self.client = Client(self.places.socket, "kim")
        self._process: Daemon | None = None

    def start(self, **environment: str) -> None:
        """Start the daemon and wait until it answers."""
        self._process = start_daemon(
            {**os.environ, "SHIPWAY_HOME": str(self.places.home), **environment}
        )
        eventually("the daemon answers", self._answers, START_S)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        try:
            return bool(self.client.get("/daemon"))
        except DaemonGone:
            return False

    def log(self) -> str:
        """Return the daemon's log."""
        path = self.places.log
        return path.read_text(errors="replace")[-6000:] if path.exists() else "(no log)"

    def kill(self) -> None:
        """End the daemon as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(END_S)

    def await_death(self, seconds: float = ROLLOUT_S) -> None:
        """Wait until the daemon has killed itself at the wanted moment."""
        assert self._process is not None
        code = self._process.wait(seconds)
        assert code == -signal.SIGKILL, f"the daemon ended with {code}\n{self.log()}"

    def stop(self) -> None:
        """End the daemon in order."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(END_S)

    def close(self, *, data: bool = False) -> None:
        """Take down every environment (`data`: its volumes too), the ingress and the daemon."""
        if self._process is None:
            return
        if self._process.poll() is not None:
            self.start()
        views = self.status()["environments"]
        with ThreadPoolExecutor(max(1, len(views))) as pool:
            list(pool.map(lambda view: self._destroy(view, data=data), views))
        self.client.post("/daemon/stop", ingress=True)
        self._process.wait(END_S)

    def _destroy(self, view: Mapping[str, Any], *, data: bool) -> None:
        active = view["active"]
        if active:
            self.client.post(f"/rollouts/{active['id']}/abort")
            self.finished(active["id"])
        path = f"/projects/{view['project']}/environments/{view['environment']}/destroy"
        self.client.post(path, data=data)

    def status(self) -> dict[str, Any]:
        """Return every environment as it is."""
        return self.client.get("/status")

    def environment(self, project: str, environment: str) -> dict[str, Any]:
        """Return one environment as it is."""
        return self.client.get(f"/projects/{project}/environments/{environment}")

    def begin(self, kind: str, directory: Path, environment: str, **more: Any) -> int:
        """Begin a rollout and return its number."""
        body = {
            "kind": kind,
            "directory": str(directory),
            "environment": environment,
            "engine": self.engine,
            **more,
        }
        return int(self.client.post("/rollouts", body)["id"])

    def finished(self, identifier: int, seconds: float = ROLLOUT_S) -> dict[str, Any]:
        """Wait until a rollout has ended and return it."""

        def ask() -> Mapping[str, Any] | None:
            rollout = self.client.get(f"/rollouts/{identifier}")
            ended = rollout["state"] in {"succeeded", "failed", "stuck"}
            return rollout if ended else None

        return dict(eventually(f"rollout #{identifier} ends", ask, seconds))

    def roll(self, kind: str, directory: Path, environment: str, **more: Any) -> dict[str, Any]:
        """Do a rollout to its end and return it."""
        return self.finished(self.begin(kind, directory, environment, **more))

    def rolled(self, kind: str, directory: Path, environment: str, **more: Any) -> dict[str, Any]:
        """Do a rollout that must succeed."""
        rollout = self.roll(kind, directory, environment, **more)
        assert rollout["state"] == "succeeded", self.story(rollout["id"])
        return rollout

    def refused(self, kind: str, directory: Path, environment: str, **more: Any) -> Problem:
        """Ask for a rollout that must not succeed, and return its Problem."""
        try:
            rollout = self.roll(kind, directory, environment, **more)
        except Problem as problem:
            return problem
        assert rollout["state"] == "failed", self.story(rollout["id"])
        return Problem.from_dict(rollout["problem"])

    def story(self, identifier: int) -> str:
        """Return all that a rollout told."""
        lines = self.client.stream("GET", f"/rollouts/{identifier}/progress", follow=False)
        return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + self.log()
