"""The daemon is killed around every journal entry of every rollout, under load.

After the next start exactly one release is live, no request failed, nothing is left over,
the environment is unlocked, and the state says what happened.
"""

from __future__ import annotations

import secrets
import time
from itertools import cycle
from pathlib import Path
from typing import Any

from shipway.api.client import DaemonGone
from shipway.demo.load import LoadPlan, RunningLoad, start_load
from shipway.model.records import RolloutKind
from tests.crash.points import Point, crash_at, rounds
from tests.support.asking import releases_answering
from tests.support.running import ROLLOUT_S, Shipway, as_busy, eventually, free_ports
from tests.support.tinyapp import TinyApp, Variant

RATE = 40
WEBSOCKETS = 3
CONVERGE_S = 10.0
"""On a machine that does nothing else; what other tests take of it comes on top."""


class Matrix:
    """One engine's application, its load, and what is asserted after each crash."""

    def __init__(self, engine: str, directory: Path) -> None:
        staging, production = free_ports(2)
        # one of its own: what an interrupted run left on the engine is nobody else's
        self.project = f"tiny-{engine}-{secrets.token_hex(3)}"
        self.shipway = Shipway(directory / "home", engine=engine)
        self.app = TinyApp(
            directory / "tiny",
            project=self.project,
            staging=staging,
            production=production,
            keep_warm="1h",
        )
        self.load: RunningLoad | None = None
        self.converged: list[Point] = []
        self.slowest_s = 0.0
        self._armed: Point | None = None

    def begin(self) -> None:
        """Bring two releases to production, so that a rollback has where to go."""
        self.shipway.start()
        for version in ("v1", "v2"):
            self.deploy(version)
            self.shipway.rolled("promote", self.app.directory, "production")
        self.load = start_load(
            LoadPlan(
                base=f"http://127.0.0.1:{self.app.production}",
                rate=RATE,
                websockets=WEBSOCKETS,
                seconds=1800,
                paths=("/", "/items"),
                post_path="/items",
                slow_path="/slow",
                websocket_path="/ws",
            )
        )
        self.shipway.stop()

    def deploy(self, version: str) -> None:
        self.app.commit(Variant(version=version))
        self.shipway.rolled("deploy", self.app.directory, "staging")

    def survive(self, point: Point, following: Point | None) -> None:
        """Die at the point, come back, and be as if nothing had happened.

        The daemon that comes back is the one that will die at the following point, unless
        that lies in a rollout like the one that it has to finish first.
        """
        if self._armed != point:
            self._start(point)
        kind = point[0]
        environment = "staging" if kind == RolloutKind.DEPLOY else "production"
        try:
            identifier = self.shipway.begin(kind, self.app.directory, environment)
        except DaemonGone:  # died before it could answer that the rollout had begun
            identifier = 0
        self.shipway.await_death(ROLLOUT_S)
        began = time.monotonic()
        self._start(following if following is not None and following[0] != kind else None)
        identifier = identifier or self.shipway.client.get("/rollouts")["rollouts"][0]["id"]
        rollout = self.shipway.finished(identifier, patience_s())
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        assert rollout["state"] == "succeeded", self.shipway.story(identifier)
        self.assert_whole(environment, rollout["release"])
        self.converged.append(point)
        if self._armed is None:
            self.shipway.stop()

    def _start(self, point: Point | None) -> None:
        """Start a daemon that will die at the point, or at none."""
        self._armed = point
        self.shipway.start(**({} if point is None else {"SHIPWAY_CRASH_AT": crash_at(point)}))

    def assert_whole(self, environment: str, release: str) -> None:
        """Assert that exactly this release is live and nothing else is there."""
        try:
            view = eventually(
                "old workers have ended", lambda: self._settled(environment), patience_s()
            )
        except AssertionError as error:
            seen = self.shipway.environment(self.project, environment)["instances"]
            states = [(one["release"], one["service"], one["state"]) for one in seen]
            raise AssertionError(f"{error}; after {len(self.converged)} points: {states}") from None
        assert view["live"]["release"] == release
        assert view["active"] is None
        assert view["good"], view
        port = self.app.staging if environment == "staging" else self.app.production
        assert releases_answering(port) == {release}
        audit = self.shipway.client.get("/audit", project=self.project, environment=environment)
        actions = [entry["action"] for entry in audit["entries"][:6]]
        assert "take-up" in actions, actions
        assert self.load is not None
        snapshot = self.load.snapshot()
        assert snapshot.requests_failed == 0, snapshot.failures
        assert snapshot.websockets_cut_early == 0, (self.converged[-1:], snapshot.websocket_closes)

    def _settled(self, environment: str) -> dict[str, Any] | None:
        """Return the view once no other release has a running worker and nothing is over."""
        view = self.shipway.environment(self.project, environment)
        live = view["live"]["release"]
        known = {live, None} | {item["release"] for item in view["kept"]}
        for item in view["instances"]:
            if item["release"] not in known:
                return None
            taker = item["service"] in {"worker", "scheduler"}
            runs = item["state"] in {"running", "restarting", "stopping"}
            if taker and runs != (item["release"] == live):
                return None
        return view

    def end(self) -> None:
        result = self.load.stop() if self.load is not None else None
        self.shipway.close()
        if result is not None:
            assert result.requests_total > 100
            assert result.requests_failed == 0, result.failures
            assert result.websockets_cut_early == 0


def survive_all(engine: str, directory: Path) -> str:
    """Kill the daemon at every point of every rollout; return what came of it."""
    planned = [point for turn in rounds() for point in turn if point is not None]
    matrix = Matrix(engine, directory)
    matrix.begin()
    try:
        versions = cycle(("v1", "v2"))
        for point, following in zip(planned, [*planned[1:], None], strict=True):
            if point[0] == RolloutKind.DEPLOY:
                matrix.app.commit(Variant(version=next(versions)))
            matrix.survive(point, following)
    finally:
        matrix.end()
    assert len(matrix.converged) == len(planned)
    return (
        f"{len(planned)} points, {len(matrix.converged)} converged (engine {engine}, the slowest"
        f" {matrix.slowest_s:.1f} s after the start)"
    )


def patience_s() -> float:
    """Return how long a rollout may take to be over after the start, as busy as it is now."""
    return as_busy(CONVERGE_S)
