"""What is wrong with the backups right now, each thing with its figure.  Pure but for `all`.

backup-failed            the latest try to save something failed
backup-missed            nothing was saved although its time had come
backup-empty             the newest backup holds nothing, the one before held something
backup-shrank            it is less than half of the one before
repository-full, -refused, -unreachable, -damaged    the repository said so at the last try
repository-on-same-disk  the data and its backups would be lost together
backup-unverified        nothing of the repository was read back for long
backup-unproven          no restore was ever rehearsed
drill-failed             the latest rehearsed restore failed
recovery-key-not-kept    nobody has the key but this server
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.backup.ground import Ground
from shipway.backup.key import was_shown
from shipway.backup.recover import is_recovering
from shipway.backup.schedule import latest_before
from shipway.backup.sources import Source, inventory
from shipway.model.backup import Backup, BackupKind, Drill
from shipway.model.backup_run import BackupRun, RunKind, RunState
from shipway.model.backup_settings import DAY_S, BackupSettings
from shipway.model.condition import Condition, Level
from shipway.model.names import EnvironmentId
from shipway.model.words import Words

GRACE_S = 3600.0
SHRUNK = 0.5
SMALL_BYTES = 4096
UNVERIFIED_S = 15 * DAY_S
UNPROVEN_S = 8 * DAY_S
RUNS = {RunKind.FULL: "all", RunKind.VERIFY: "verification"}
LEVELS = {
    "repository-full": Level.IMMEDIATE,
    "repository-damaged": Level.IMMEDIATE,
    "repository-refused": Level.URGENT,
    "repository-unreachable": Level.URGENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an environment's backups; all newest first."""

    environment: EnvironmentId
    settings: BackupSettings
    sources: tuple[Source, ...]
    runs: tuple[BackupRun, ...]
    backups: tuple[Backup, ...]
    drills: tuple[Drill, ...]
    now: float


def backup_conditions(ground: Ground) -> tuple[Condition, ...]:
    """Return what is wrong with the backups of all environments, and with the key."""
    found: list[Condition] = []
    any_backup = False
    for environment in ground.environments():
        found += environment_conditions(ground, environment)
        any_backup = any_backup or bool(ground.records.backups(environment))
    if any_backup:
        found += key_conditions(ground)
    return tuple(found)


def key_conditions(ground: Ground) -> list[Condition]:
    """Return what is wrong with the key of all backups."""
    return [] if was_shown(ground) else [_key_not_kept()]


def environment_conditions(ground: Ground, environment: EnvironmentId) -> list[Condition]:
    """Return what is wrong in one environment; nothing where backups are off."""
    facts = facts_of(ground, environment)
    if facts is None:
        return []
    waiting = [_recovering(facts)] if is_recovering(ground, environment) else []
    return [*waiting, *conditions(facts)]


def facts_of(ground: Ground, environment: EnvironmentId) -> Facts | None:
    """Return what is known; None where nothing is live or backups are off."""
    app = ground.application(environment)
    if app is None or not app.backup.scheduled:
        return None
    return Facts(
        environment=environment,
        settings=app.backup,
        sources=inventory(app).sources,
        runs=ground.runs.recent(environment, limit=60),
        backups=ground.records.backups(environment),
        drills=ground.records.drills(environment),
        now=ground.clock.now(),
    )


def conditions(facts: Facts) -> Iterator[Condition]:
    """Yield what is wrong in one environment."""
    for check in (_repository, _failed, _missed, _sizes, _unverified, _drills, _same_disk):
        yield from check(facts)


def _repository(facts: Facts) -> Iterator[Condition]:
    told = _latest(facts.runs, lambda run: run.state is not RunState.RUNNING)
    if told is None:
        return
    seen: set[str] = set()
    for problem in told.failures:
        kind = str(problem.get("kind"))
        if kind in LEVELS and kind not in seen:
            seen.add(kind)
            yield _condition(
                facts,
                kind,
                "repository",
                LEVELS[kind],
                f"{problem['message']}",
                f"백업 저장소 오류: {problem['message']}",
                hint="shipway backup status",
            )


def _failed(facts: Facts) -> Iterator[Condition]:
    told = _latest(facts.runs, lambda run: run.state is not RunState.RUNNING)
    if told is not None and told.problem and str(told.problem.get("kind")) not in LEVELS:
        yield _condition(
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
        last = _last_try(facts, source)
        if last is None:
            continue
        problem, run = last
        if problem is None or str(problem.get("kind")) in LEVELS:
            continue
        yield _condition(
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


def _missed(facts: Facts) -> Iterator[Condition]:
    for source in facts.sources:
        cron = facts.settings.base_cron
        if source.kind is BackupKind.REDIS and facts.settings.redis_cron:
            cron = facts.settings.redis_cron
        slot = latest_before(cron, facts.now - GRACE_S, facts.settings.timezone)
        newest = newest_of(facts.backups, source)
        first = facts.runs[-1].began_at if facts.runs else None
        if newest is None:
            if first is not None and facts.now - first > GRACE_S:
                yield _missing(facts, source, facts.now - first)
        elif slot is not None and newest.began_at < slot:
            yield _missing(facts, source, facts.now - newest.ended_at)


def _missing(facts: Facts, source: Source, age_s: float) -> Condition:
    hours = age_s / 3600
    level = Level.URGENT if age_s > 2 * DAY_S else Level.WARNING
    return _condition(
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


def _sizes(facts: Facts) -> Iterator[Condition]:
    groups: dict[tuple[BackupKind, str], list[Backup]] = {}
    for backup in facts.backups:
        groups.setdefault((backup.kind, backup.subject), []).append(backup)
    for (kind, subject), found in groups.items():
        if kind is BackupKind.STATE or len(found) < 2:
            continue
        newest, before = found[0], found[1]
        if before.bytes < SMALL_BYTES:
            continue
        if newest.bytes == 0 or newest.counts.get("files") == 0:
            yield _condition(
                facts,
                "backup-empty",
                subject,
                Level.URGENT,
                f"the newest backup of {subject} is empty; the one before had"
                f" {before.bytes / 1e6:.2f} MB",
                f"{subject}의 최신 백업이 비어 있습니다(직전 {before.bytes / 1e6:.2f} MB)",
                figure=0.0,
                unit="bytes",
                hint="shipway backup list",
            )
        elif newest.bytes < before.bytes * SHRUNK:
            share = 100 * newest.bytes / before.bytes
            yield _condition(
                facts,
                "backup-shrank",
                subject,
                Level.WARNING,
                f"the newest backup of {subject} has {share:.0f} % of the size of the one before"
                f" ({newest.bytes / 1e6:.2f} of {before.bytes / 1e6:.2f} MB)",
                f"{subject}의 최신 백업 크기가 직전의 {share:.0f}%입니다"
                f"({before.bytes / 1e6:.2f} MB → {newest.bytes / 1e6:.2f} MB)",
                figure=share,
                unit="%",
                hint="shipway backup list",
            )


def _unverified(facts: Facts) -> Iterator[Condition]:
    if not facts.backups or not facts.settings.verify_cron:
        return
    done = _latest(
        facts.runs,
        lambda run: run.kind is RunKind.VERIFY and run.state is RunState.SUCCEEDED,
    )
    since = done.began_at if done else min(item.began_at for item in facts.backups)
    age_s = facts.now - since
    if age_s > UNVERIFIED_S:
        yield _condition(
            facts,
            "backup-unverified",
            "repository",
            Level.WARNING,
            f"nothing of the repository was read back for {age_s / DAY_S:.0f} days",
            f"{age_s / DAY_S:.0f}일 동안 백업 저장소를 검증하지 않았습니다",
            figure=age_s,
            unit="s",
            hint=f"shipway backup verify {facts.environment.name}",
        )


def _drills(facts: Facts) -> Iterator[Condition]:
    latest: dict[str, Drill] = {}
    for drill in facts.drills:
        latest.setdefault(drill.subject, drill)
    for subject, drill in latest.items():
        if not drill.passed:
            said = "; ".join(check.says for check in drill.checks if not check.passed)
            yield _condition(
                facts,
                "drill-failed",
                subject,
                Level.IMMEDIATE,
                f"the rehearsed restore of {subject} failed: {said or 'nothing could be checked'}",
                f"{subject} 복구 훈련 실패: {said or '확인된 항목 없음'}",
                figure=facts.now - drill.ended_at,
                unit="s",
                hint="shipway backup status",
            )
    for source in facts.sources:
        if source.kind is not BackupKind.BASE:
            continue
        own = [item for item in facts.backups if item.subject == source.subject]
        proven = any(item.passed for item in facts.drills if item.subject == source.subject)
        age_s = facts.now - min((item.began_at for item in own), default=facts.now)
        if own and not proven and age_s > UNPROVEN_S:
            yield _condition(
                facts,
                "backup-unproven",
                source.subject,
                Level.WARNING,
                f"no restore of {source.subject} was ever rehearsed",
                f"{source.subject}의 복구 훈련이 한 번도 성공하지 않았습니다",
                figure=age_s,
                unit="s",
                hint=f"shipway backup drill {facts.environment.name}",
            )


def _same_disk(facts: Facts) -> Iterator[Condition]:
    if facts.settings.s3 is None and facts.settings.directory is None and facts.backups:
        yield _condition(
            facts,
            "repository-on-same-disk",
            "repository",
            Level.NOTICE,
            "the backups lie on the same disk as the data: a lost disk takes both",
            "백업이 데이터와 같은 디스크에 있어 디스크 장애 시 함께 사라집니다",
            hint="backup: {repository: …} in shipway.yaml, then: shipway deploy",
        )


def _recovering(facts: Facts) -> Condition:
    return _condition(
        facts,
        "recovery-not-finished",
        str(facts.environment),
        Level.URGENT,
        "the data was not brought back yet, and nothing is saved until it was",
        "데이터가 아직 복구되지 않았으며, 복구될 때까지 백업이 중지됩니다",
        hint=f"shipway backup recover {facts.environment.name}",
    )


def _key_not_kept() -> Condition:
    return Condition(
        id="recovery-key-not-kept",
        subject="recovery key",
        level=Level.NOTICE,
        says=Words(
            "the recovery key was never shown: with this server, the backups would be lost",
            "복구 키를 아직 따로 보관하지 않았습니다. 서버를 잃으면 백업도 열 수 없습니다",
        ),
        hint="shipway backup key",
    )


def _condition(  # noqa: PLR0917 - read as the rows of a table
    facts: Facts,
    identifier: str,
    subject: str,
    level: Level,
    english: str,
    korean: str,
    **more: Any,
) -> Condition:
    return Condition(
        id=identifier,
        subject=subject,
        level=level,
        says=Words(english, korean),
        environment=facts.environment,
        **more,
    )


def newest_of(backups: Sequence[Backup], source: Source) -> Backup | None:
    """Return the newest backup of a source."""
    return next(
        (item for item in backups if item.subject == source.subject and item.kind is source.kind),
        None,
    )


def _last_try(facts: Facts, source: Source) -> tuple[Mapping[str, Any] | None, BackupRun] | None:
    """Return how the latest try to save a source ended: its problem, or None."""
    for run in facts.runs:
        for part in run.parts:
            if part.subject == source.subject and part.kind == source.kind.value:
                return part.problem, run
    return None


def _latest(runs: Sequence[BackupRun], wanted: Callable[[BackupRun], bool]) -> BackupRun | None:
    return next((run for run in runs if wanted(run)), None)
