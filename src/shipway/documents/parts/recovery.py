"""Backups, and what was proven of them by restoring."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.documents.blocks import Code, Items, Section, Table, Text, code, plain
from shipway.documents.facts import BackupFacts, Facts
from shipway.documents.speaking import Speaker


def backups(facts: Facts, say: Speaker) -> Section:
    """Return what is backed up and how, objectives beside what was measured, and commands."""
    table = Table(
        (
            say.say("What", "대상"),
            say.say("When", "주기"),
            say.say("How", "방식"),
            say.say("Kept", "보관 기간"),
            say.say("Newest", "최근 백업"),
            say.say("Restorable to", "복원 가능 시점"),
            say.say("Last proven", "최근 복원 검증"),
        ),
        (*(_row(one, say) for one in facts.backups), *_configuration(facts, say)),
        empty=say.say("Nothing is backed up.", "백업 대상이 없습니다."),
    )
    notes = Items(tuple(plain(note) for note in facts.recovery.notes))
    return Section(
        say.say("Backup and recovery", "백업 및 복구 전략"),
        (
            objectives(facts, say),
            table,
            *((notes,) if notes.items else ()),
            Section(
                say.say("Recovery", "복구 Runbook"),
                (
                    Text(
                        say.say(
                            "The runbook of this installation, with its own paths and names, is "
                            "printed by `shipway backup runbook`; keep it outside of the server.",
                            "이 서버의 경로와 이름이 들어간 Runbook은 `shipway backup runbook`으로 "
                            "출력하며, 서버 밖에 보관합니다.",
                        )
                    ),
                    Code(
                        "shipway backup status\nshipway backup create production\n"
                        "shipway backup drill production\n"
                        'shipway backup restore production --at "2026-11-20 14:03"\n'
                        "shipway backup runbook"
                    ),
                ),
            ),
        ),
    )


def _row(one: BackupFacts, say: Speaker) -> tuple[str, ...]:
    proven = (
        say.moment(one.proven_at) if one.proven_at else say.say("never: unproven", "없음 (미검증)")
    )
    if one.drill_failed:
        proven += say.say("; **the latest rehearsal failed**", "; **최근 훈련 실패**")
    return (
        plain(one.subject),
        plain(say.words(one.schedule)),
        plain(say.words(one.how)),
        plain(say.words(one.kept)),
        say.moment(one.newest_at),
        say.moment(one.restorable_at),
        proven,
    )


def _configuration(facts: Facts, say: Speaker) -> Iterator[tuple[str, ...]]:
    """Yield the configuration: kept by git for ever, as long as it is committed."""
    states = {
        "committed": say.say("committed", "커밋됨"),
        "changed": say.say("**changed since**", "**커밋 이후 변경됨**"),
        "untracked": say.say("**not in git**", "**Git 추적 안함**"),
        "unknown": say.say("not checked: no repository", "미확인: Git 저장소 없음"),
    }
    for one in facts.configuration:
        yield (
            code(one.path),
            say.say("on each change", "변경 시"),
            say.say("git", "Git 버전 관리"),
            say.say("for ever", "무기한"),
            say.moment(one.at),
            code(one.commit[:8]) if one.commit else "–",
            states[one.state],
        )


def configuration(facts: Facts, say: Speaker) -> Table:
    """Return the files of the configuration with their state in git."""
    return Table(
        (
            say.say("File", "파일"),
            say.say("Newest change", "최근 변경"),
            say.say("Commit", "커밋"),
            say.say("State", "상태"),
        ),
        tuple((row[0], row[4], row[5], row[6]) for row in _configuration(facts, say)),
        empty=say.say("No file was read.", "읽은 파일이 없습니다."),
    )


def drill_text(facts: Facts, say: Speaker) -> str:
    """Return when a restore was rehearsed last, and how it went."""
    if any(one.drill_failed for one in facts.backups):
        return say.say("the latest rehearsal failed", "최근 복원 훈련 실패")
    known = facts.recovery
    if known.drilled_at is None:
        return say.say("no drill yet", "복원 훈련 없음")
    return f"{say.moment(known.drilled_at)}, RTO {say.span(known.rto_s)}"


def objectives(facts: Facts, say: Speaker) -> Table:
    """Return RPO and RTO: wanted, and measured by the last drill; and what can be brought back."""
    known = facts.recovery
    when = (
        say.moment(known.drilled_at)
        if known.drilled_at
        else say.say("no drill yet", "복원 훈련 없음")
    )
    point = (
        f"{say.moment(known.restorable_at)} ({say.span(max(0.0, facts.at - known.restorable_at))})"
        if known.restorable_at is not None
        else "–"
    )
    return Table(
        (
            "",
            say.say("Objective", "목표"),
            say.say("Measured", "실측"),
            say.say("Drill", "훈련 일시"),
            say.say("Newest restorable point (its age)", "최신 복원 가능 시점 (경과)"),
        ),
        (
            ("RPO", say.span(known.rpo_wanted_s), say.span(known.rpo_s), when, point),
            ("RTO", say.span(known.rto_wanted_s), say.span(known.rto_s), when, "–"),
        ),
    )
