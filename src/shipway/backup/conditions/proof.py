"""Whether what was saved would come back: read, rehearsed, and with a key at hand.  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.backup.conditions.facts import Facts, condition, latest
from shipway.korean import in_korean
from shipway.model.backup import BackupKind, Drill
from shipway.model.backup_run import RunKind, RunState
from shipway.model.backup_settings import DAY_S
from shipway.model.condition import Condition, Level
from shipway.model.words import Words

UNVERIFIED_S = 15 * DAY_S
UNPROVEN_S = 8 * DAY_S


def unverified(facts: Facts) -> Iterator[Condition]:
    """Yield that nothing was read back for long."""
    if not facts.backups or not facts.settings.verify_cron:
        return
    done = latest(
        facts.runs,
        lambda run: run.kind is RunKind.VERIFY and run.state is RunState.SUCCEEDED,
    )
    since = done.began_at if done else min(item.began_at for item in facts.backups)
    age_s = facts.now - since
    if age_s > UNVERIFIED_S:
        yield condition(
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


def drills(facts: Facts) -> Iterator[Condition]:
    """Yield rehearsals that failed, and databases that never had one."""
    newest: dict[str, Drill] = {}
    for drill in facts.drills:
        newest.setdefault(drill.subject, drill)
    for subject, drill in newest.items():
        if not drill.passed:
            wrong = [check.says for check in drill.checks if not check.passed]
            said, korean = "; ".join(wrong), "; ".join(map(in_korean, wrong))
            yield condition(
                facts,
                "drill-failed",
                subject,
                Level.IMMEDIATE,
                f"the rehearsed restore of {subject} failed: {said or 'nothing could be checked'}",
                f"{subject} 복구 훈련 실패: {korean or '확인된 항목 없음'}",
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
            yield condition(
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


def recovering(facts: Facts) -> Condition:
    """Return that a recovered environment waits for its data."""
    return condition(
        facts,
        "recovery-not-finished",
        str(facts.environment),
        Level.URGENT,
        "the data was not brought back yet, and nothing is saved until it was",
        "데이터가 아직 복구되지 않았으며, 복구될 때까지 백업이 중지됩니다",
        hint=f"shipway backup recover {facts.environment.name}",
    )


def key_not_kept() -> Condition:
    """Return that nobody has the key but this server."""
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
