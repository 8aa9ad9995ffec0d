"""Rules over readings: which conditions hold now.  Pure.

What is known of a series between two looks is a `Watch`.  A value that is missing proves
nothing: a breach that held goes on holding, and after a while the silence itself is a
condition.  A series that is idle (no request came) breaks a breach: nobody waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shipway.korean import in_korean
from shipway.model.condition import Condition, Level
from shipway.model.names import EnvironmentId
from shipway.model.observe import Reading, Rule, SeriesKey, SeriesState
from shipway.model.words import Words
from shipway.observe.figures import duration, figure

WatchKey = tuple[str, SeriesKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What a rule knows of a series: since when it is breached, since when it is missing."""

    breached_since: float | None = None
    missing_since: float | None = None
    measured: bool = False
    value: float | None = None
    reason: str = ""


def look(watch: Watch, rule: Rule, reading: Reading, now: float) -> Watch:
    """Return what is known after one more reading."""
    if reading.state is SeriesState.MISSING:
        since = watch.missing_since if watch.missing_since is not None else now
        return replace(watch, missing_since=since, reason=reading.reason)
    if reading.value is None:
        return Watch(measured=watch.measured)
    if not rule.breached(reading.value):
        return Watch(measured=True, value=reading.value)
    since = watch.breached_since if watch.breached_since is not None else now
    return Watch(measured=True, value=reading.value, breached_since=since)


def judge(
    watches: Mapping[WatchKey, Watch],
    readings: Sequence[Reading],
    rules: Mapping[EnvironmentId | None, Sequence[Rule]],
    now: float,
) -> tuple[dict[WatchKey, Watch], tuple[Condition, ...]]:
    """Return what is known now of every watched series, and the conditions that hold."""
    after: dict[WatchKey, Watch] = {}
    conditions: list[Condition] = []
    for reading in readings:
        for rule in rules.get(reading.key.environment, ()):
            if rule.indicator != reading.key.indicator:
                continue
            key = (rule.id, reading.key)
            watch = look(watches.get(key, Watch()), rule, reading, now)
            after[key] = watch
            conditions += _conditions(rule, reading.key, watch, now)
    return after, tuple(conditions)


def _conditions(rule: Rule, key: SeriesKey, watch: Watch, now: float) -> Iterable[Condition]:
    if watch.breached_since is not None and now - watch.breached_since >= rule.for_s:
        assert watch.value is not None  # noqa: S101 - a breach has a value
        yield Condition(
            id=rule.id,
            subject=key.subject,
            environment=key.environment,
            level=rule.level,
            says=_says(rule, key, watch.value),
            figure=watch.value,
            unit=rule.unit,
            hint=_hint(rule, key),
        )
    if rule.missing_s and watch.missing_since is not None:
        silent = now - watch.missing_since
        if silent >= rule.missing_s:
            yield Condition(
                id=f"{rule.id}-missing",
                subject=key.subject,
                environment=key.environment,
                level=max(Level.NOTICE, min(rule.level, Level.WARNING)),
                says=_says_missing(rule, key, watch.reason),
                figure=silent,
                unit="s",
                hint=_hint(rule, key),
            )


def _says(rule: Rule, key: SeriesKey, value: float) -> Words:
    subject = f"{key.subject}: " if key.subject else ""
    en_limit, ko_limit = (figure(rule.threshold, rule.unit, x) for x in ("en", "ko"))
    en_for = f" for {duration(rule.for_s)}" if rule.for_s else ""
    ko_for = f" {duration(rule.for_s, 'ko')} 지속" if rule.for_s else ""
    ko_compare = "초과" if rule.compare == "above" else "미만"
    return Words(
        f"{subject}{rule.words.en} {figure(value, rule.unit)}, {rule.compare} {en_limit}{en_for}",
        f"{subject}{rule.words.ko} {figure(value, rule.unit, 'ko')}"
        f" (기준 {ko_limit} {ko_compare}{ko_for})",
    )


def _says_missing(rule: Rule, key: SeriesKey, reason: str) -> Words:
    subject = f"{key.subject}: " if key.subject else ""
    return Words(
        f"{subject}{rule.indicator} cannot be measured any more: {reason}",
        f"{subject}{rule.words.ko} 지표를 측정할 수 없습니다: {in_korean(reason)}",
    )


def _hint(rule: Rule, key: SeriesKey) -> str:
    name = key.environment.name if key.environment else ""
    return " ".join(rule.hint.format(subject=key.subject, environment=name).split())
