"""What was tried, and what came of it: the runs and the repository's answers.  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.backup.conditions.facts import (
    Facts,
    condition,
    last_try,
    latest,
    latest_ended,
    newest_of,
)
from shipway.backup.schedule import latest_before
from shipway.backup.sources import Source
from shipway.model.backup import BackupKind
from shipway.model.backup_run import RunKind, RunState
from shipway.model.backup_settings import DAY_S
from shipway.model.condition import Condition, Level
from shipway.ports_repository import OTHER_SERVER

GRACE_S = 3600.0
RUNS = {RunKind.FULL: "all", RunKind.VERIFY: "verification"}
LEVELS = {
    "repository-full": Level.IMMEDIATE,
    "repository-damaged": Level.IMMEDIATE,
    "repository-refused": Level.URGENT,
    "repository-unreachable": Level.URGENT,
}
SAID = frozenset((*LEVELS, OTHER_SERVER))
"""The last by itself, for as long as it lasts: `conditions/writer.py`."""


def repository(facts: Facts) -> Iterator[Condition]:
    """Yield what the repository answered at the last try.

    Damage that a verification has found lasts until one finds none: that a backup was added
    since says nothing of it.
    """
    told = latest(facts.runs, lambda run: run.state is not RunState.RUNNING)
    verified = latest_ended(facts.runs, RunKind.VERIFY)
    found = [*(told.failures if told else ())]
    if verified is not None and verified is not told:
        found += [item for item in verified.failures if item.get("kind") == "repository-damaged"]
    seen: set[str] = set()
    for problem in found:
        kind = str(problem.get("kind"))
        if kind in LEVELS and kind not in seen:
            seen.add(kind)
            yield condition(
                facts,
                kind,
                "repository",
                LEVELS[kind],
                f"{problem['message']}",
                f"백업 저장소 오류: {problem['message']}",
                hint="shipway backup status",
            )


def failed(facts: Facts) -> Iterator[Condition]:
    """Yield what could not be saved at the last try, and why."""
    told = latest(facts.runs, lambda run: run.state is not RunState.RUNNING)
    if told is not None and told.problem and str(told.problem.get("kind")) not in SAID:
        yield condition(
            facts,
            "backup-failed",
            RUNS.get(told.kind, told.kind.value),
            Level.URGENT,
            f"nothing could be saved: {told.problem['message']}",
            f"백업을 전혀 수행하지 못했습니다: {told.problem['message']}",
            figure=facts.now - told.began_at,
            unit="s",
            hint=next(iter(told.problem.get("hints") or ()), "shipway backup list"),
        )
    for source in facts.sources:
        last = last_try(facts, source)
        if last is None:
            continue
        problem, run = last
        if problem is None or str(problem.get("kind")) in SAID:
            continue
        yield condition(
            facts,
            "backup-failed",
            source.subject,
            Level.URGENT,
            f"the backup of {source.subject} failed: {problem['message']}",
            f"{source.subject} 백업 실패: {problem['message']}",
            figure=facts.now - run.began_at,
            unit="s",
            hint=f"shipway backup create {facts.environment.name} --only {source.subject}",
        )


def missed(facts: Facts) -> Iterator[Condition]:
    """Yield what was not saved although its time had come."""
    for source in facts.sources:
        cron = facts.settings.base_cron
        if source.kind is BackupKind.REDIS and facts.settings.redis_cron:
            cron = facts.settings.redis_cron
        slot = latest_before(cron, facts.now - GRACE_S, facts.settings.timezone)
        past = [item for item in facts.backups if item.began_at < facts.now + GRACE_S]
        newest = newest_of(past, source)
        if newest is None:
            since = _wanted_since(facts, source, slot)
            if since is not None and facts.now - since > GRACE_S:
                yield _missing(facts, source, facts.now - since)
        elif slot is not None and newest.began_at < slot:
            yield _missing(facts, source, facts.now - newest.ended_at)


def _wanted_since(facts: Facts, source: Source, slot: float | None) -> float | None:
    """Return since when a source that was never saved should have been; None: its turn comes."""
    done = latest(
        facts.runs, lambda run: run.kind is RunKind.FULL and run.state is RunState.SUCCEEDED
    )
    if done is None or last_try(facts, source) is not None:
        return facts.runs[-1].began_at if facts.runs else None
    # all was saved then, so it has come since
    return slot if slot is not None and slot > done.began_at else None


def _missing(facts: Facts, source: Source, age_s: float) -> Condition:
    hours = age_s / 3600
    level = Level.URGENT if age_s > 2 * DAY_S else Level.WARNING
    return condition(
        facts,
        "backup-missed",
        source.subject,
        level,
        f"{source.subject} was not saved for {hours:.1f} h",
        f"{source.subject}의 백업이 {hours:.1f}시간 동안 없습니다",
        figure=age_s,
        unit="s",
        hint=f"shipway backup create {facts.environment.name} --only {source.subject}",
    )
