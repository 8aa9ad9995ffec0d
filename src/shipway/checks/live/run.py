"""Running live checks and journeys: a scene in, outcomes with evidence out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from shipway.checks.live.model import LiveCheck, LiveOutcome, LiveReport, Seen
from shipway.checks.live.registry import live_checks
from shipway.checks.live.scene import Live, Scene, problem_words
from shipway.checks.model import NotLooked, Severity
from shipway.checks.waivers import Waiver, declared_waivers, holding_waiver
from shipway.errors import Problem
from shipway.journeys import JourneyResult, Verdict, journey_evidence, run_journey, target_of
from shipway.model.evidence import Evidence, Result, artifacts_mark
from shipway.model.journey import Journey
from shipway.model.words import Words

log = logging.getLogger("shipway.checks")

SIDE_BY_SIDE = 4
ROOM = "live"
JOURNEY_ROOM = "journey"
Told = Callable[[LiveOutcome], None]


def run_live(
    scene: Scene,
    *,
    today: date,
    only: Sequence[str] = (),
    thorough: bool = True,
    told: Told = lambda _outcome: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> LiveReport:
    """Run the live checks, then the journeys that may go here.

    only: ids, `live` or `journey`.  thorough: also what disturbs.  told: each outcome as it
    comes.  One check's defect is that check's failure to look, never the whole run's end.
    """
    found = Live(scene)
    waivers = declared_waivers(scene.spec)
    checks = [item for item in live_checks() if _wanted(item.id, ROOM, only)]
    checks = [item for item in checks if thorough or not item.thorough]

    def one(check: LiveCheck) -> LiveOutcome | None:
        if cancelled():
            return None
        outcome = _check(check, found, scene, waivers, today)
        told(outcome)
        return outcome

    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="check") as pool:
        made = list(pool.map(one, [item for item in checks if not item.thorough]))
    made += [one(item) for item in checks if item.thorough]
    for journey in scene.app.journeys:
        if not _wanted(f"{JOURNEY_ROOM}.{journey.name}", JOURNEY_ROOM, only):
            continue
        gone = None if cancelled() else _journey(journey, scene, waivers, today)
        if gone is not None:
            told(gone)
        made.append(gone)
    outcomes = tuple(item for item in made if item is not None)
    return LiveReport(outcomes=outcomes, whole=len(outcomes) == len(made))


def known_ids(scene: Scene) -> tuple[str, ...]:
    """Return what `only` may name."""
    journeys = (f"{JOURNEY_ROOM}.{item.name}" for item in scene.app.journeys)
    return (ROOM, JOURNEY_ROOM, *(item.id for item in live_checks()), *journeys)


def _wanted(name: str, room: str, only: Sequence[str]) -> bool:
    return not only or name in only or room in only


def _check(
    check: LiveCheck, found: Live, scene: Scene, waivers: Sequence[Waiver], today: date
) -> LiveOutcome:
    try:
        seen = check.look(found)
        result = Result.FAILED if seen.wrong else Result.PASSED
    except NotLooked as reason:
        seen, result = Seen(says=reason.reason), Result.NOT_CHECKED
    except Problem as problem:
        seen, result = Seen(says=problem_words(problem)), Result.NOT_CHECKED
    except Exception as error:  # a check's own edge: the others go on
        log.exception("%s", check.id)
        name = type(error).__name__
        said = Words(f"the check broke: {name}", f"점검 자체가 실패했습니다: {name}")
        seen, result = Seen(says=said), Result.NOT_CHECKED
    says = _joined(seen.wrong) if seen.wrong else seen.says
    return LiveOutcome(
        id=check.id,
        severity=check.severity,
        title=check.title,
        fix=check.fix,
        serves=check.serves,
        wrong=seen.wrong,
        evidence=_evidence(check.id, result, says, seen, scene),
        waiver=holding_waiver(check.id, waivers, today) if result is Result.FAILED else None,
    )


def _evidence(name: str, result: Result, says: Words, seen: Seen, scene: Scene) -> Evidence:
    return Evidence(
        check=name,
        result=result,
        at=scene.clock.now(),
        project=scene.app.environment.project,
        environment=scene.app.environment,
        release=scene.release.number,
        artifacts=artifacts_mark(scene.release.artifacts),
        says=says,
        figures=seen.figures,
    )


def _journey(journey: Journey, scene: Scene, waivers: Sequence[Waiver], today: date) -> LiveOutcome:
    result = run_journey(journey, target_of(scene.app, scene.trust))
    name = f"{JOURNEY_ROOM}.{journey.name}"
    return LiveOutcome(
        id=name,
        severity=Severity.ERROR,
        title=Words(journey.about or journey.name, journey.about or journey.name),
        fix=Words(
            f"shipway journey run {journey.name} {scene.app.environment.name}, which shows each step",
            f"shipway journey run {journey.name} {scene.app.environment.name} 로 단계별로 확인하세요",
        ),
        wrong=_wrong(result),
        evidence=journey_evidence(
            result,
            environment=scene.app.environment,
            at=scene.clock.now(),
            release=scene.release,
        ),
        waiver=holding_waiver(name, waivers, today) if result.verdict is Verdict.FAILED else None,
    )


def _wrong(result: JourneyResult) -> tuple[Words, ...]:
    return (Words(result.failure, result.failure),) if result.failure else ()


def _joined(wrong: Sequence[Words]) -> Words:
    return Words("; ".join(item.en for item in wrong), "; ".join(item.ko for item in wrong))
