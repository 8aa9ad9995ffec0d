"""Figures of rollouts, indicators, severities, incidents, and who let what into production."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator

from shipway.api.service import Service
from shipway.documents.facts import (
    ApprovalFacts,
    FigureFacts,
    IncidentFacts,
    IndicatorFacts,
    LevelFacts,
)
from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.condition import Level
from shipway.model.lifecycle import RolloutState
from shipway.model.names import EnvironmentId, release_label
from shipway.model.observe import Rule
from shipway.model.records import Rollout, RolloutKind
from shipway.model.rules import EIGHT, effective_rules
from shipway.model.words import Words
from shipway.observe.overview import indicators

ROLLOUTS_LOOKED_AT = 50
APPROVALS_SHOWN = 10
_LEVELS = {
    Level.RECORD: Words("record", "기록"),
    Level.NOTICE: Words("notice", "알림"),
    Level.WARNING: Words("warning", "경고"),
    Level.URGENT: Words("urgent", "긴급"),
    Level.IMMEDIATE: Words("immediate", "즉시"),
}
_MEDIANS = (
    ("deploy", RolloutKind.DEPLOY),
    ("promote", RolloutKind.PROMOTE),
    ("rollback", RolloutKind.ROLLBACK),
)


def rollouts_of(service: Service, project: str) -> tuple[Rollout, ...]:
    """Return a project's latest rollouts, the newest of each environment first."""
    store = service.world.store
    return tuple(
        one
        for environment, _engine in store.catalog.environments(project)
        for one in store.rollouts.recent(environment=environment, limit=ROLLOUTS_LOOKED_AT)
    )


def figures(rollouts: Iterable[Rollout]) -> Iterator[FigureFacts]:
    """Yield the medians of what rollouts took until they served, and how many came back."""
    done = [one for one in rollouts if one.finished_at is not None]
    for name, kind in _MEDIANS:
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
        came = sum(one.state is RolloutState.SUCCEEDED for one in back)
        yield FigureFacts(
            id="rollback-success",
            value=100.0 * came / len(back),
            at=max(one.finished_at or 0.0 for one in back),
            count=len(back),
        )


def declared_indicators(app: Application) -> tuple[IndicatorFacts, ...]:
    """Return the eight indicators of operations practice as the project's rules have them."""
    eight = {rule.id for rule in EIGHT}
    return tuple(
        _indicator(rule) for rule in effective_rules(app.watching.rules) if rule.id in eight
    )


def seen_indicators(
    service: Service, environment: EnvironmentId, declared: tuple[IndicatorFacts, ...]
) -> tuple[IndicatorFacts, ...]:
    """Return what a rule judges with its present value, then what has nothing to measure."""
    found = []
    for one in indicators(service.observatory, environment):
        if one.rule is None:
            continue
        series = one.series
        found.append(
            _indicator(
                one.rule,
                subject=series.key.subject,
                value=f"{series.value:.4g} {one.rule.unit}".strip()
                if series.value is not None
                else "",
                unknown=series.reason,
            )
        )
    known = {one.title for one in found}
    return (*found, *(one for one in declared if one.title not in known))


def _indicator(
    rule: Rule, *, subject: str = "", value: str = "", unknown: str = ""
) -> IndicatorFacts:
    unit = f" {rule.unit}" if rule.unit else ""
    sign = ">" if rule.compare == "above" else "<"
    lasting = f" ({rule.for_s:g} s)" if rule.for_s else ""
    return IndicatorFacts(
        title=rule.words,
        subject=subject,
        target=f"{rule.target:g}{unit}" if rule.target is not None else "",
        alarm=f"{sign} {rule.threshold:g}{unit}{lasting}",
        level=_LEVELS[rule.level],
        value=value,
        unknown=unknown,
    )


def levels(app: Application) -> tuple[LevelFacts, ...]:
    """Return each severity with the channels that are told of it."""
    return tuple(
        LevelFacts(
            level=_LEVELS[level],
            channels=tuple(one.name for one in app.watching.channels if one.level <= level),
        )
        for level in Level
    )


def incidents(service: Service, project: str) -> tuple[IncidentFacts, ...]:
    """Return what is wrong now in a project, the most urgent first."""
    return tuple(
        IncidentFacts(
            environment=one.environment.name,
            subject=one.subject,
            level=_LEVELS[one.level],
            says=one.says,
            at=one.opened_at,
            acknowledged_by=one.acknowledged_by or "",
        )
        for one in service.observatory.incidents.active()
        if one.environment is not None and one.environment.project == project
    )


def approvals(
    service: Service, project: str, rollouts: Iterable[Rollout]
) -> Iterator[ApprovalFacts]:
    """Yield who let which release into production, with its digests, the newest first."""
    let_in = [
        one
        for one in rollouts
        if one.environment.name == "production" and one.release is not None and one.finished_at
    ]
    for one in let_in[:APPROVALS_SHOWN]:
        try:
            release = service.world.store.catalog.release(project, one.release or 0)
        except Problem:  # pruned: the act is still told
            artifacts: tuple[tuple[str, str], ...] = ()
        else:
            artifacts = tuple(
                (name, item.reference) for name, item in sorted(release.artifacts.items())
            )
        yield ApprovalFacts(
            environment=one.environment.name,
            release=release_label(one.release or 0),
            kind=one.kind.value,
            by=one.requested_by,
            at=one.created_at,
            state=one.state.value,
            override=str(one.request.get("override") or ""),
            artifacts=artifacts,
        )
