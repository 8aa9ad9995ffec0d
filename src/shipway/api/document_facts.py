"""Gathers what the living documents speak of: from the files, and from what runs."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from shipway.api.service import Service
from shipway.checks import check_files
from shipway.checks.run import Outcome
from shipway.documents import Facts
from shipway.documents.application import environment_facts, log_level
from shipway.documents.facts import (
    CheckFacts,
    EnvironmentFacts,
    FigureFacts,
    IndicatorFacts,
    ReleaseFacts,
)
from shipway.errors import Problem
from shipway.git import resolve
from shipway.model.condition import Level
from shipway.model.evidence import Evidence, Result
from shipway.model.lifecycle import RolloutState
from shipway.model.names import EnvironmentId
from shipway.model.records import Release, Rollout, RolloutKind
from shipway.model.words import Words
from shipway.observe.overview import indicators
from shipway.rollout.choice import earlier_release
from shipway.rollout.overview import environment_status
from shipway.spec import load_application, load_spec

Values = Callable[[str], Mapping[str, str]]
ROLLOUTS_LOOKED_AT = 50
LEVELS = {
    Level.RECORD: Words("record", "기록"),
    Level.NOTICE: Words("notice", "알림"),
    Level.WARNING: Words("warning", "경고"),
    Level.URGENT: Words("urgent", "긴급"),
    Level.IMMEDIATE: Words("immediate", "즉시"),
}


def declared_facts(directory: Path, *, at: float, values: Values = lambda _name: {}) -> Facts:
    """Return what the files below `directory` say.

    values: an environment's values beyond the files, by its name.  An environment that cannot
    be resolved keeps the reason as its `problem`.
    """
    spec = load_spec(directory)
    environments, levels = [], []
    kept = 2
    for name, declared in spec.environments.items():
        try:
            app = load_application(directory, environment=name, variables=values(name))
        except Problem as problem:
            port = declared.port or 0
            environments.append(EnvironmentFacts(name=name, port=port, problem=problem.message))
            continue
        environments.append(environment_facts(app))
        level = log_level(app)
        if level:
            levels.append((name, level))
        kept = app.policy.releases_kept
    day = datetime.fromtimestamp(at, UTC).date()
    report = check_files(directory, today=day)
    return Facts(
        project=spec.project or directory.name,
        at=at,
        about=spec.document,
        live=False,
        language=spec.language,
        compose_files=spec.compose or ("compose.yaml",),
        environments=tuple(environments),
        checks=tuple(_checked(one) for one in report.outcomes),
        releases_kept=kept,
        log_levels=tuple(levels),
    )


def live_facts(service: Service, project: str) -> Facts:
    """Return what the project's files say and what is known of what runs."""
    world = service.world
    known = world.store.catalog.project(project)
    if known is None:
        raise Problem("no-project", f"{project} was never deployed here.", hints=["shipway deploy"])
    directory = Path(known.directory)
    facts = declared_facts(
        directory,
        at=world.clock.now(),
        values=lambda name: world.vault.values(EnvironmentId(project, name)),
    )
    return replace(
        facts,
        live=True,
        commit=_head(directory),
        environments=tuple(_live(service, project, one) for one in facts.environments),
        checks=(*facts.checks, *_seen(service, project)),
        figures=tuple(_figures(_rollouts(service, project))),
        indicators=tuple(_indicators(service, project)),
    )


def _head(directory: Path) -> str:
    try:
        return resolve(directory, "HEAD")[0]
    except Problem:
        return ""


def _rollouts(service: Service, project: str) -> tuple[Rollout, ...]:
    store = service.world.store
    return tuple(
        one
        for environment, _engine in store.catalog.environments(project)
        for one in store.rollouts.recent(environment=environment, limit=ROLLOUTS_LOOKED_AT)
    )


def _live(service: Service, project: str, facts: EnvironmentFacts) -> EnvironmentFacts:
    environment = EnvironmentId(project, facts.name)
    world = service.world
    engine = world.store.catalog.engine_of(environment)
    if engine is None:
        return facts
    now = environment_status(world, environment, engine)
    running = {one.name: one.running for one in now.services}
    earlier = earlier_release(world.store, environment)
    return replace(
        facts,
        engine=engine,
        urls=now.urls or facts.urls,
        live=_release(now.live, now.live_since) if now.live else None,
        previous=_release(world.store.catalog.release(project, earlier.release), None)
        if earlier
        else None,
        services=tuple(replace(one, running=running.get(one.name)) for one in facts.services),
        problem=now.problem.message if now.problem else facts.problem,
    )


def _release(release: Release, at: float | None) -> ReleaseFacts:
    return ReleaseFacts(
        label=release.label, commit=release.commit.hash, subject=release.commit.subject, at=at
    )


def _checked(outcome: Outcome) -> CheckFacts:
    check = outcome.check
    return CheckFacts(
        id=check.id,
        area=check.area.value,
        title=check.title,
        state=outcome.result,
        severity=check.severity.value,
        evidence=outcome.evidence,
        fix=check.fix,
        places=tuple(f"{item.place.path}:{item.place.line}" for item in outcome.findings),
        waived=outcome.waiver.reason if outcome.waived and outcome.waiver else "",
    )


def _seen(service: Service, project: str) -> Iterable[CheckFacts]:
    for environment, _engine in service.world.store.catalog.environments(project):
        for one in service.world.store.evidence.latest(project, environment):
            yield _witnessed(one)


def _witnessed(evidence: Evidence) -> CheckFacts:
    area = evidence.check.partition(".")[0]
    title = f"{evidence.check} {evidence.subject}".strip()
    return CheckFacts(
        id=evidence.check,
        area=area,
        title=Words(title, title),
        state=evidence.result,
        severity="error" if evidence.result is Result.FAILED else "notice",
        evidence=evidence.says,
        environment=evidence.environment.name if evidence.environment else "",
        release=f"r{evidence.release}" if evidence.release else "",
        at=evidence.at,
    )


def _figures(rollouts: Iterable[Rollout]) -> Iterable[FigureFacts]:
    """Return the medians of what rollouts took until they served, and how many came back."""
    done = [one for one in rollouts if one.finished_at is not None]
    for name, kind in (
        ("deploy", RolloutKind.DEPLOY),
        ("promote", RolloutKind.PROMOTE),
        ("rollback", RolloutKind.ROLLBACK),
    ):
        good = [
            one
            for one in done
            if one.kind is kind and one.state is RolloutState.SUCCEEDED and one.switched_at
        ]
        if good:
            times = [(one.switched_at or 0.0) - one.created_at for one in good]
            yield FigureFacts(
                id=name,
                value=statistics.median(times),
                at=max(one.finished_at or 0.0 for one in good),
                count=len(good),
            )
    back = [one for one in done if one.kind is RolloutKind.ROLLBACK]
    if back:
        good_ones = sum(one.state is RolloutState.SUCCEEDED for one in back)
        yield FigureFacts(
            id="rollback-success",
            value=100.0 * good_ones / len(back),
            at=max(one.finished_at or 0.0 for one in back),
            count=len(back),
        )


def _indicators(service: Service, project: str) -> Iterable[IndicatorFacts]:
    """Return the indicators of production, or of what there is, that a rule judges."""
    known = [one for one, _engine in service.world.store.catalog.environments(project)]
    main = next((one for one in known if one.name == "production"), known[0] if known else None)
    if main is None:
        return
    for one in indicators(service.observatory, main):
        rule = one.rule
        if rule is None:
            continue
        series, unit = one.series, f" {rule.unit}" if rule.unit else ""
        sign = ">" if rule.compare == "above" else "<"
        lasting = f" ({rule.for_s:g} s)" if rule.for_s else ""
        yield IndicatorFacts(
            title=rule.words,
            target=f"{rule.target:g}{unit}" if rule.target is not None else "",
            alarm=f"{sign} {rule.threshold:g}{unit}{lasting}",
            level=LEVELS[rule.level],
            value=f"{series.value:.4g}{unit}" if series.value is not None else "",
            unknown=series.reason,
        )
