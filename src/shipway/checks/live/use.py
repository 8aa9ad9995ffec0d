"""Looking at running environments, keeping what was seen, and judging by it.

Owns when live checks are run and what their evidence means for a promotion.
Invariant: what is judged is the newest evidence for exactly the artifacts in question.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from shipway.checks.live.model import LiveOutcome, LiveReport
from shipway.checks.live.registry import live_checks
from shipway.checks.live.run import known_ids, run_live
from shipway.checks.live.scene import Scene
from shipway.checks.model import Severity
from shipway.checks.waivers import Waiver, waiver_for
from shipway.errors import Problem
from shipway.model.evidence import Evidence, Result, artifacts_mark
from shipway.model.names import EnvironmentId
from shipway.model.records import Release
from shipway.model.words import Words
from shipway.ports import Clock
from shipway.ports_checks import GateView
from shipway.ports_store import Store
from shipway.spec import find_spec, load_spec
from shipway.spec.values import Spec

log = logging.getLogger("shipway.checks")

SceneOf = Callable[[EnvironmentId], Scene]
WAIT_S = 45.0
SCANNERS = frozenset({"images.hadolint"})
"""Checks that start programs of others: too slow for a gate."""

TREES_KEPT = 16


class Checking:
    """The live checks of this machine.  scene_of: raises Problem where nothing is live."""

    def __init__(self, scene_of: SceneOf, store: Store, clock: Clock) -> None:
        self._scene_of = scene_of
        self._store = store
        self._clock = clock
        self._guard = threading.Lock()
        self._going: dict[EnvironmentId, threading.Lock] = {}
        self._judged_trees: dict[tuple[Path, str, date], GateView] = {}

    def run(
        self,
        environment: EnvironmentId,
        *,
        only: Sequence[str] = (),
        thorough: bool = True,
        told: Callable[[LiveOutcome], None] = lambda _outcome: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> LiveReport:
        """Run the live checks of an environment and keep what they saw.

        One run an environment at a time: another waits for it.
        Raises Problem `nothing-live`, `no-such-check`, `checks-busy`.
        """
        scene = self._scene_of(environment)
        _refuse_unknown(scene, only)
        lock = self._lock(environment)
        if not lock.acquire(timeout=WAIT_S):
            raise Problem(
                "checks-busy",
                f"the checks of {environment} are being run by somebody else for "
                f"{WAIT_S:g} s already.",
                hints=[f"shipway check {environment.name}, again"],
            )
        try:
            report = run_live(
                scene,
                today=self.today(),
                only=only,
                thorough=thorough,
                told=told,
                cancelled=cancelled,
            )
            self._store.evidence.add([item.evidence for item in report.outcomes])
        finally:
            lock.release()
        return report

    def after_deploy(self, environment: EnvironmentId) -> None:
        """Look at what was just rolled out, without disturbing it, where a promotion will ask.

        Nothing is done in production, and never is an exception raised: nobody waits for it.
        """
        if environment.name == "production":
            return
        try:
            self.run(environment, thorough=False)
        except Problem as problem:
            log.info("%s", problem)
        except Exception:  # the edge of a thread
            log.exception("checks of %s", environment)

    def attest(
        self, environment: EnvironmentId, check: str, *, who: str, reason: str, until: date
    ) -> Evidence:
        """Keep a person's word on a check that no machine could make.  Raises Problem."""
        scene = self._scene_of(environment)
        _refuse_unknown(scene, (check,))
        if until < self.today():
            raise Problem(
                "attested-too-late",
                f"{until} is over; a person's word counts up to a day that is to come. "
                "Nothing was kept.",
                hints=[f"shipway attest {check} --until YYYY-MM-DD …"],
            )
        latest = self._store.evidence.latest(environment.project, environment, check=check)
        if any(item.result is Result.FAILED for item in latest):
            raise Problem(
                "check-failed",
                f"{check} was made and failed; a person's word does not outweigh what was seen. "
                "Nothing was kept.",
                hints=[
                    f"shipway check {environment.name} --only {check}",
                    "or accept it: `waivers:` in shipway.yaml, with a reason, a name and an end",
                ],
            )
        end = datetime(until.year, until.month, until.day, 23, 59, 59).astimezone()
        evidence = Evidence(
            check=check,
            result=Result.ATTESTED,
            at=self._clock.now(),
            project=environment.project,
            environment=environment,
            release=scene.release.number,
            artifacts=artifacts_mark(scene.release.artifacts),
            says=Words(reason, reason),
            by=who,
            until=end.timestamp(),
        )
        self._store.evidence.add([evidence])
        return evidence

    def files(self, tree: Path, environment: EnvironmentId) -> GateView:
        """Judge a commit's files, once a day: the port Gate."""
        key = (tree, environment.name, self.today())
        if key not in self._judged_trees:
            while len(self._judged_trees) >= TREES_KEPT:
                self._judged_trees.pop(next(iter(self._judged_trees)), None)
            self._judged_trees[key] = self._judge_files(tree, environment)
        return self._judged_trees[key]

    def _judge_files(self, tree: Path, environment: EnvironmentId) -> GateView:
        from shipway.checks.run import check_files  # late: the daemon at rest does without

        spec = _spec(tree)
        level = spec.gates.get("deploy", Severity.ERROR.value) if spec else Severity.ERROR.value
        if level == "off":
            return GateView(notes=("the gate for files is off in shipway.yaml",))
        report = check_files(tree, today=self.today(), without=SCANNERS)
        refused = {Severity.ERROR} | ({Severity.WARNING} if level == "warning" else set())
        stops = tuple(
            f"{finding.place.path}:{finding.place.line}: {finding.wrong.en} ({item.check.id})"
            for item in report.outcomes
            if item.result is Result.FAILED and not item.waived and item.check.severity in refused
            for finding in item.findings
        )
        return GateView(
            stops=stops,
            hints=(
                "shipway check --static, which says how each is mended",
                f'shipway deploy {environment.name} --override "why it must go out now"',
            ),
        )

    def evidence(
        self, source: EnvironmentId, release: Release, tree: Path | None, *, look: bool
    ) -> GateView:
        """Judge what the source proved for exactly these artifacts: the port Gate."""
        spec = _spec(tree) if tree is not None else None
        level = spec.gates.get("promote", Severity.ERROR.value) if spec else Severity.ERROR.value
        if level == "off":
            return GateView(notes=("the gate for promotions is off in shipway.yaml",))
        found = self._found(source, release)
        if not found and look:
            self._look_now(source)
            found = self._found(source, release)
        if not found:
            missing = f"{source.name} has not been checked with these artifacts"
            hints = (f"shipway check {source.name}",)
            return GateView(stops=(missing,), hints=hints) if look else GateView(notes=(missing,))
        return self._judged(source, found, spec, level)

    def today(self) -> date:
        """Return the day on this server's calendar."""
        return datetime.fromtimestamp(self._clock.now(), UTC).astimezone().date()

    def _found(self, source: EnvironmentId, release: Release) -> tuple[Evidence, ...]:
        """Return the newest evidence for the artifacts.

        Where live checks left none yet, a run that goes on is waited for.
        """
        found = self._seen(source, release)
        if any(item.check.startswith("live.") for item in found):
            return found
        lock = self._lock(source)
        if lock.acquire(timeout=WAIT_S):
            lock.release()
        found = self._seen(source, release)
        return found if any(item.check.startswith("live.") for item in found) else ()

    def _seen(self, source: EnvironmentId, release: Release) -> tuple[Evidence, ...]:
        mark = artifacts_mark(release.artifacts)
        latest = self._store.evidence.latest(source.project, source, artifacts=mark)
        return tuple(item for item in latest if item.check.split(".")[0] in {"live", "journey"})

    def _look_now(self, source: EnvironmentId) -> None:
        try:
            self.run(source, thorough=False)
        except Problem as problem:
            log.info("%s", problem)

    def _judged(
        self, source: EnvironmentId, found: Sequence[Evidence], spec: Spec | None, level: str
    ) -> GateView:
        severities = {item.id: item.severity for item in live_checks()}
        refused = {Severity.ERROR} | ({Severity.WARNING} if level == "warning" else set())
        waivers = _waivers(spec)
        counts = {result: sum(item.result is result for item in found) for result in Result}
        stops = tuple(
            f"{item.check} failed in {source.name}: {item.says.en}"
            for item in found
            if item.result is Result.FAILED
            and severities.get(item.check, Severity.ERROR) in refused
            and not self._is_waived(item.check, waivers)
        )
        said = ", ".join(f"{count} {result}" for result, count in counts.items() if count)
        return GateView(
            stops=stops,
            notes=(f"evidence of {source.name} for these artifacts: {said}",),
            hints=(
                f"shipway check {source.name}",
                'shipway promote --override "why it must go out now"',
            ),
        )

    def _is_waived(self, check: str, waivers: Sequence[Waiver]) -> bool:
        waiver = waiver_for(check, waivers)
        return waiver is not None and waiver.holds_on(self.today())

    def _lock(self, environment: EnvironmentId) -> threading.Lock:
        with self._guard:
            return self._going.setdefault(environment, threading.Lock())


def _refuse_unknown(scene: Scene, only: Sequence[str]) -> None:
    known = known_ids(scene)
    for name in only:
        if name not in known:
            raise Problem(
                "no-such-check",
                f"there is no live check and no journey called {name!r} in "
                f"{scene.app.environment.name}.",
                hints=[f"shipway check {scene.app.environment.name}, which shows all of them"],
            )


def _spec(tree: Path) -> Spec | None:
    return load_spec(tree) if find_spec(tree) is not None else None


def _waivers(spec: Spec | None) -> tuple[Waiver, ...]:
    if spec is None:
        return ()
    return tuple(
        Waiver(check=item.check, reason=item.reason, by=item.by, until=item.until)
        for item in spec.waivers
    )
