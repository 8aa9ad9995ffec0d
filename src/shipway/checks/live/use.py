"""Looking at running environments, keeping what was seen, and judging by it.

Owns when live checks are run; what their evidence means for a promotion is `judged.py`'s.
Invariant: what is judged is the newest evidence for exactly the artifacts in question.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from shipway.checks.day import day_of, end_of
from shipway.checks.facts.declared import spec_of
from shipway.checks.live.judged import (
    OFF,
    gate_level,
    is_whole,
    judge_evidence,
    judge_files,
)
from shipway.checks.live.model import LiveOutcome, LiveReport
from shipway.checks.live.run import known_ids, run_live
from shipway.checks.live.scene import Scene
from shipway.checks.live.turns import Turns
from shipway.errors import Problem
from shipway.model.evidence import Evidence, Result, artifacts_mark
from shipway.model.names import EnvironmentId
from shipway.model.records import Release
from shipway.model.words import Words
from shipway.ports import Clock
from shipway.ports_checks import GateView
from shipway.ports_store import Store
from shipway.spec.values import Spec

log = logging.getLogger("shipway.checks")

SceneOf = Callable[[EnvironmentId], Scene]
TREES_KEPT = 16


class Checking:
    """The live checks of this machine.  scene_of: raises Problem where nothing is live."""

    def __init__(self, scene_of: SceneOf, store: Store, clock: Clock) -> None:
        self._scene_of = scene_of
        self._store = store
        self._clock = clock
        self._turns = Turns()
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

        One run an environment at a time: another waits for it.  A look of Shipway's own after
        a deploy makes way for a run of all checks, which sees the same and more.  Of a run of
        all that is broken off nothing is kept: half of one would open the gate.
        Raises Problem `nothing-live`, `no-such-check`, `checks-busy`.
        """
        scene = self._scene_of(environment)
        _refuse_unknown(scene, only)
        turn = self._turns.held if only else self._turns.whole
        with turn(environment):
            return self._look(scene, only=only, thorough=thorough, told=told, cancelled=cancelled)

    def _look(self, scene: Scene, *, only: Sequence[str] = (), **how: Any) -> LiveReport:
        report = run_live(scene, today=self.today(scene.spec), only=only, **how)
        if not report.whole and not only:
            return report
        self._store.evidence.add([item.evidence for item in report.outcomes])
        return report

    def held(self, environment: EnvironmentId) -> AbstractContextManager[None]:
        """Let no look at an environment begin meanwhile; one that goes on is waited for.

        Raises Problem `checks-busy`.
        """
        return self._turns.held(environment)

    def after_deploy(self, environment: EnvironmentId, ran: frozenset[str] = frozenset()) -> None:
        """Look at what was just rolled out, without disturbing it, where a promotion will ask.

        Nothing is done in production, and never is an exception raised: nobody waits for it.
        Where somebody runs all checks meanwhile, this look ends: theirs sees more, and newer.
        ran: the jobs that the rollout ran, whose results need not be asked for again.
        """
        if environment.name == "production":
            return
        began = self._turns.count(environment)
        try:
            scene = replace(self._scene_of(environment), ran=ran)
            with self.held(environment):
                if self._store.sleeps.get(environment) is None:  # nobody wakes it by looking
                    self._look(
                        scene,
                        thorough=False,
                        cancelled=lambda: self._turns.count(environment) > began,
                    )
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
        if until < self.today(scene.spec):
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
            until=end_of(scene.spec, until),
        )
        self._store.evidence.add([evidence])
        return evidence

    def files(self, tree: Path, environment: EnvironmentId) -> GateView:
        """Judge a commit's files, once a day: the port Gate."""
        today = self.today(spec_of(tree))
        key = (tree, environment.name, today)
        if key not in self._judged_trees:
            while len(self._judged_trees) >= TREES_KEPT:
                self._judged_trees.pop(next(iter(self._judged_trees)), None)
            self._judged_trees[key] = judge_files(tree, environment, today)
        return self._judged_trees[key]

    def evidence(
        self, source: EnvironmentId, release: Release, tree: Path | None, *, look: bool
    ) -> GateView:
        """Judge what the source proved for exactly these artifacts: the port Gate."""
        spec = spec_of(tree) if tree is not None else None
        if gate_level(spec, "promote") == OFF:
            return GateView(notes=("the gate for promotions is off in shipway.yaml",))
        found = self._found(source, release)
        if not found and look:
            self._look_now(source)
            found = self._found(source, release)
        if not found:
            missing = f"{source.name} has not been checked with these artifacts"
            hints = (f"shipway check {source.name}",)
            return GateView(stops=(missing,), hints=hints) if look else GateView(notes=(missing,))
        return judge_evidence(source, found, spec, self.today(spec))

    def known(self, source: EnvironmentId, release: Release, tree: Path | None) -> GateView:
        """Judge by what is known already: the port Gate."""
        spec = spec_of(tree) if tree is not None else None
        found = self._seen(source, release)
        if gate_level(spec, "promote") == OFF or not found:
            return GateView()
        return judge_evidence(source, found, spec, self.today(spec))

    def today(self, spec: Spec | None) -> date:
        """Return the day on the project's calendar."""
        return day_of(spec, self._clock.now())

    def _found(self, source: EnvironmentId, release: Release) -> tuple[Evidence, ...]:
        """Return the newest evidence for the artifacts, nothing where a check left none yet.

        Some checks that were named are no look at the whole.  A run that goes on is waited for.
        """
        found = self._seen(source, release)
        if not is_whole(found):
            self._turns.await_end(source)
            found = self._seen(source, release)
        return found if is_whole(found) else ()

    def _seen(self, source: EnvironmentId, release: Release) -> tuple[Evidence, ...]:
        mark = artifacts_mark(release.artifacts)
        latest = self._store.evidence.latest(source.project, source, artifacts=mark)
        return tuple(item for item in latest if item.check.split(".")[0] in {"live", "journey"})

    def _look_now(self, source: EnvironmentId) -> None:
        try:
            self.run(source, thorough=False)
        except Problem as problem:
            log.info("%s", problem)


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
