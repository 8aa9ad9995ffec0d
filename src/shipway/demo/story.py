"""The demo: the main job on a real application, in front of the user's eyes.

It types the very commands that a user would type, and measures how long each takes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shipway.demo.load import LoadPlan, RunningLoad, start_load
from shipway.demo.report import Figures
from shipway.demo.versions import commit_version, prepare_repository
from shipway.errors import Problem

RATE = 40
WEBSOCKETS = 8
LOAD_SECONDS_MAX = 900
STOPPED_WITHIN_S = 120.0
ANSWER_S = 30.0

Say = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Demo:
    """One run of the demo.

    directory: where the application's repository is made.  show: whether the commands'
    own output is for the user (else it is kept from standard output, for `--json`).
    seconds: of each whole command; served: from typing it until production's requests were
    all answered by the release that it brings; both by name.
    """

    directory: Path
    engine: str
    say: Say
    show: bool
    production_port: int = 4500
    seconds: dict[str, float] = field(default_factory=dict)
    served: dict[str, float] = field(default_factory=dict)
    affected: dict[str, bool] = field(default_factory=dict)

    def run(self) -> Figures:
        """Do the main job; raise a Problem where a command did not do what it should."""
        began = time.monotonic()
        self._first_release()
        load = self._load()
        try:
            self._second_release()
            self._bad_releases(load)
            self._back_and_forth()
        finally:
            result = load.stop()
        return Figures(
            engine=self.engine,
            requests_total=result.requests_total,
            requests_failed=result.requests_failed,
            websockets_opened=result.websockets_opened,
            websockets_cut_early=result.websockets_cut_early,
            latency_p95_ms=result.latency_ms["p95"],
            first_deploy_s=self.seconds["first_deploy"],
            redeploy_s=self.seconds["redeploy"],
            check_s=self.seconds["check"],
            promote_s=self.served["promote"],
            promote_total_s=self.seconds["promote"],
            rollback_s=self.served["rollback"],
            rollback_total_s=self.seconds["rollback"],
            rollback_warm_s=self.served["rollback_warm"],
            rollback_warm_total_s=self.seconds["rollback_warm"],
            bad_health_s=self.seconds["bad_health"],
            bad_smoke_s=self.seconds["bad_smoke"],
            bad_health_production_affected=self.affected["bad_health"],
            bad_smoke_production_affected=self.affected["bad_smoke"],
            total_s=time.monotonic() - began,
            failures=dict(result.failures),
            first_failures=tuple(
                f"{time.strftime('%H:%M:%S', time.localtime(item.at))} {item.method} {item.path}: "
                f"{item.reason}"
                for item in result.examples
            ),
        )

    def _first_release(self) -> None:
        self._chapter("The first version goes to staging, then the same artifacts to production")
        prepare_repository(self.directory)
        commit_version(self.directory, "v1")
        with self._timed("first_deploy"):
            self._shipway("deploy", "staging", "--engine", self.engine)
        self._check_staging()
        self._shipway("promote", "--engine", self.engine)

    def _load(self) -> RunningLoad:
        self._chapter(f"Production under load: {RATE} requests/s and {WEBSOCKETS} WebSockets")
        return start_load(
            LoadPlan(
                base=f"http://127.0.0.1:{self.production_port}",
                rate=RATE,
                websockets=WEBSOCKETS,
                seconds=LOAD_SECONDS_MAX,
                timeout_s=ANSWER_S,
            )
        )

    def _second_release(self) -> None:
        self._chapter("A second version, with a migration: staging, production, and back")
        commit_version(self.directory, "v2")
        with self._timed("redeploy"):
            self._shipway("deploy", "staging")
        self._check_staging()
        self._production_changes("promote", "promote")
        self._production_changes("rollback_warm", "rollback")
        self._shipway("promote")

    def _bad_releases(self, load: RunningLoad) -> None:
        for version, name, what in (
            ("v3", "bad_health", "A third version, which fails its health check"),
            ("v4", "bad_smoke", "A fourth, healthy, but its smoke check fails"),
        ):
            self._chapter(what)
            commit_version(self.directory, version)  # type: ignore[arg-type]
            before, failed = self._serving(), load.snapshot().requests_failed
            with self._timed(name):
                self._shipway("deploy", "staging", fails=True)
            after = load.snapshot().requests_failed
            self.affected[name] = self._serving() != before or after != failed

    def _back_and_forth(self) -> None:
        self._chapter("Back to the first version after it has been stopped, and forward again")
        self._await_stopped()
        self._production_changes("rollback", "rollback")
        self._shipway("promote")

    def _check_staging(self) -> None:
        """Look at staging, as one does before a promotion, which wants that evidence."""
        with self._timed("check"):
            self._shipway("check", "staging", "--quick", asks=False)

    def _production_changes(self, name: str, command: str) -> None:
        """Time a command that changes what production serves."""
        began = time.time()
        with self._timed(name):
            self._shipway(command)
        self.served[name] = float(self._production()["last"]["switched_at"]) - began

    def _serving(self) -> tuple[Any, ...]:
        """Return what production serves and how often its instances restarted."""
        view = self._production()
        return (
            view["live"]["release"],
            sum(item["restarts"] for item in view["services"]),
            view["good"],
        )

    def _production(self) -> dict[str, Any]:
        status = json.loads(self._run(["status", "--json"]).stdout)
        return next(
            view
            for view in status["environments"]
            if view["project"] == "board" and view["environment"] == "production"
        )

    def _await_stopped(self) -> None:
        until = time.monotonic() + STOPPED_WITHIN_S
        while any(item["state"] in {"warm", "stopping"} for item in self._production()["kept"]):
            if time.monotonic() > until:
                raise Problem(
                    "demo-failed",
                    f"the earlier release was not stopped within {STOPPED_WITHIN_S:g} s.",
                    hints=["shipway status"],
                )
            time.sleep(0.5)

    def _chapter(self, title: str) -> None:
        self.say(f"\n── {title} ──")

    @contextmanager
    def _timed(self, name: str) -> Any:
        began = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - began

    def _shipway(self, *words: str, fails: bool = False, asks: bool = True) -> None:
        """Type a command, with --yes where it asks; Problem unless it ends as expected."""
        self.say(f"$ shipway {' '.join(words)}")
        done = self._run([*words, *(["--yes"] if asks else [])])
        if (done.returncode != 0) is not fails:
            said = (done.stdout or "") + (done.stderr or "")
            raise Problem(
                "demo-failed",
                f"`shipway {' '.join(words)}` ended with {done.returncode}, which the demo did "
                "not expect.",
                details=said.splitlines()[-15:],
                hints=["shipway status", "shipway daemon log"],
            )

    def _run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        shown = self.show and "--json" not in words
        return subprocess.run(
            [sys.executable, "-m", "shipway", "-C", str(self.directory), *words],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.PIPE,
            text=True,
        )
