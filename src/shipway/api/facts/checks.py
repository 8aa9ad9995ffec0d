"""The checklist: what the checks of files say now, and the newest evidence of what runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from shipway.api.service import Service
from shipway.checks.live.registry import live_checks
from shipway.checks.run import Outcome
from shipway.checks.waivers import Waiver, waiver_for
from shipway.documents.facts import CheckFacts
from shipway.model.application import Application
from shipway.model.evidence import Evidence, Result, artifacts_mark
from shipway.model.names import EnvironmentId
from shipway.model.words import Words

_NOTHING = Words("", "")
_DRILL = Words("The rehearsed restore passes", "복원 훈련을 통과합니다")


def checked(outcome: Outcome, *, at: float, commit: str) -> CheckFacts:
    """Return a check of files as the document shows it."""
    check = outcome.check
    return CheckFacts(
        id=check.id,
        area=check.area.value,
        title=check.title,
        state=outcome.result,
        severity=check.severity.value,
        evidence=outcome.evidence,
        fix=check.fix,
        at=at,
        release=commit[:8],
        places=tuple(f"{item.place.path}:{item.place.line}" for item in outcome.findings),
        waived=outcome.waiver.reason if outcome.waived and outcome.waiver else "",
        serves=check.serves,
    )


def witnessed(
    service: Service,
    environment: EnvironmentId,
    app: Application | None,
    waivers: Sequence[Waiver],
    today: date,
) -> Iterator[CheckFacts]:
    """Yield what was seen of an environment, the newest of each check.

    What was seen of other artifacts than those that are live counts as not checked; where
    nothing was seen, a person's word that still counts is shown as such.
    """
    store, now = service.world.store, service.world.clock.now()
    words = {
        (one.check, one.subject): one
        for one in store.evidence.attested(environment.project, environment, now=now)
    }
    mark = _live_mark(service, environment)
    for one in store.evidence.latest(environment.project, environment):
        word = words.get((one.check, one.subject))
        waiver = waiver_for(one.check, waivers)
        holding = waiver is not None and waiver.holds_on(today)
        yield _line(
            _counting(one, word, mark, now),
            _titles(app),
            waiver.reason if waiver is not None and holding else "",
            stale=one.artifacts is not None and one.artifacts != mark,
        )


def planned(app: Application, seen: Sequence[CheckFacts]) -> Iterator[CheckFacts]:
    """Yield the live checks and journeys of an environment of which nothing was seen yet."""
    name = app.environment.name
    known = {(one.id, one.environment) for one in seen}
    for check, (title, severity, fix, serves) in _titles(app).items():
        if (check, name) not in known:
            yield CheckFacts(
                id=check,
                area=check.partition(".")[0],
                title=title,
                state=Result.NOT_CHECKED,
                severity=severity,
                evidence=Words(f"`shipway check {name}` looks", f"`shipway check {name}`로 확인"),
                fix=fix,
                environment=name,
                serves=serves,
            )


def _live_mark(service: Service, environment: EnvironmentId) -> str | None:
    live = service.world.store.placements.live(environment)
    if live is None:
        return None
    release = service.world.store.catalog.release(environment.project, live.release)
    return artifacts_mark(release.artifacts)


def _counting(one: Evidence, word: Evidence | None, mark: str | None, now: float) -> Evidence:
    """Return what counts: what was seen, else the word of a person that still holds."""
    seen = one.result in {Result.PASSED, Result.FAILED} and one.artifacts in {None, mark}
    if seen or word is None or not word.holds_at(now):
        return one
    return word


def _titles(app: Application | None) -> Mapping[str, tuple[Words, str, Words, tuple[str, ...]]]:
    """Return (title, severity, fix, what it serves) by check."""
    found = {
        item.id: (item.title, item.severity.value, item.fix, item.serves) for item in live_checks()
    }
    for journey in app.journeys if app is not None else ():
        said = f"{journey.name}: {journey.about}" if journey.about else journey.name
        found[f"journey.{journey.name}"] = (Words(said, said), "error", _NOTHING, ())
    return found


def _line(
    one: Evidence,
    titles: Mapping[str, tuple[Words, str, Words, tuple[str, ...]]],
    waived: str,
    *,
    stale: bool,
) -> CheckFacts:
    named = f"{one.check} {one.subject}".strip()
    title, severity, fix, serves = titles.get(
        one.check, (Words(named, named), "error", _NOTHING, ())
    )
    if one.check == "backup.drill":
        title = Words(f"{_DRILL.en}: {one.subject}", f"{_DRILL.ko}: {one.subject}")
    state, says = one.result, one.says
    if stale and state is not Result.ATTESTED:
        state = Result.NOT_CHECKED
        says = Words(
            f"seen of an earlier release only, which {one.result}: {one.says.en}",
            f"이전 릴리스에서만 확인됨: {one.says.ko}",
        )
    return CheckFacts(
        id=one.check,
        area=one.check.partition(".")[0],
        title=title,
        state=state,
        severity=severity,
        evidence=says,
        fix=fix,
        environment=one.environment.name if one.environment else "",
        release=f"r{one.release}" if one.release else "",
        at=one.at,
        waived=waived if state is Result.FAILED else "",
        by=one.by or "",
        serves=serves,
    )
