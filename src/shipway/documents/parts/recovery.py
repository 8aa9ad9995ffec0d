"""Backups, and what was proven of them by restoring."""

from __future__ import annotations

from shipway.documents.blocks import Code, Section, Table, Text, plain
from shipway.documents.facts import Facts
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
            say.say("Last proven", "최근 복원 검증"),
        ),
        tuple(
            (
                plain(one.subject),
                plain(one.schedule),
                plain(one.how),
                plain(one.kept),
                say.moment(one.newest_at),
                say.moment(one.proven_at)
                if one.proven_at
                else say.say("never: unproven", "없음 (미검증)"),
            )
            for one in facts.backups
        ),
        empty=say.say("Nothing is backed up.", "백업 대상이 없습니다."),
    )
    return Section(
        say.say("Backup and recovery", "백업 및 복구 전략"),
        (
            objectives(facts, say),
            table,
            Code(
                "shipway backup status\nshipway backup create production\n"
                "shipway backup drill production\n"
                'shipway backup restore production --at "2026-11-20 14:03"\n'
                "shipway backup runbook"
            ),
        ),
    )


def objectives(facts: Facts, say: Speaker) -> Table | Text:
    """Return RPO and RTO: wanted, and measured by the last drill."""
    known = facts.recovery
    when = (
        say.moment(known.drilled_at)
        if known.drilled_at
        else say.say("no drill yet", "복원 훈련 없음")
    )
    return Table(
        (
            "",
            say.say("Objective", "목표"),
            say.say("Measured", "실측"),
            say.say("Drill", "훈련 일시"),
        ),
        (
            ("RPO", say.span(known.rpo_wanted_s), say.span(known.rpo_s), when),
            ("RTO", say.span(known.rto_wanted_s), say.span(known.rto_s), when),
        ),
    )
