"""What is watched: indicators with target and value, severities with who is told, incidents."""

from __future__ import annotations

from shipway.documents.blocks import Section, Table, plain
from shipway.documents.facts import Facts, IndicatorFacts
from shipway.documents.parts.tables import environment_name, names
from shipway.documents.speaking import Speaker


def indicators(facts: Facts, say: Speaker) -> Section:
    """Return the indicators with target, alarm and present value."""
    return Section(
        say.say("Indicators", "핵심 모니터링 지표"),
        (
            Table(
                (
                    say.say("Indicator", "지표"),
                    say.say("Target", "임계치"),
                    say.say("Alarm", "알람 조건"),
                    say.say("Severity", "등급"),
                    say.say("Now", "현재 값"),
                ),
                tuple(_indicator(one, facts, say) for one in facts.indicators),
                empty=say.say("Nothing is measured yet.", "아직 측정된 지표가 없습니다."),
            ),
        ),
    )


def _indicator(one: IndicatorFacts, facts: Facts, say: Speaker) -> tuple[str, ...]:
    subject = f" ({plain(one.subject)})" if one.subject else ""
    if one.value:
        now = plain(one.value)
    elif one.unknown:
        now = say.say("not measured: ", "측정 불가: ") + plain(one.unknown)
    elif facts.live:
        now = say.say("nothing to measure", "측정 대상 없음")
    else:
        now = say.say("not asked", "조회하지 않음")
    return (
        plain(say.words(one.title)) + subject,
        plain(one.target) or "–",
        plain(one.alarm),
        plain(say.words(one.level)),
        now,
    )


def severities(facts: Facts, say: Speaker) -> Section:
    """Return the severities with the channels that are told of each."""
    return Section(
        say.say("Severities", "알림 등급"),
        (
            Table(
                (say.say("Severity", "등급"), say.say("Told to", "알림 채널")),
                tuple(
                    (
                        plain(say.words(one.level)),
                        names(one.channels)
                        if one.channels
                        else say.say("nobody: it is kept only", "없음: 기록만"),
                    )
                    for one in facts.levels
                ),
                empty=say.say("Nothing is declared.", "선언된 항목이 없습니다."),
            ),
        ),
    )


def incidents(facts: Facts, say: Speaker) -> Section:
    """Return what is wrong now."""
    nothing = (
        say.say("Nothing is wrong now.", "진행 중인 장애가 없습니다.")
        if facts.live
        else say.say("Not asked.", "조회하지 않았습니다.")
    )
    return Section(
        say.say("Open incidents", "진행 중인 장애"),
        (
            Table(
                (
                    say.say("Severity", "등급"),
                    say.say("Environment", "환경"),
                    say.say("What", "내용"),
                    say.say("Since", "발생 시각"),
                    say.say("Taken by", "담당자"),
                ),
                tuple(
                    (
                        plain(say.words(one.level)),
                        environment_name(one.environment, say),
                        plain(say.words(one.says)),
                        say.moment(one.at),
                        plain(one.acknowledged_by) or "–",
                    )
                    for one in facts.incidents
                ),
                empty=nothing,
            ),
        ),
    )
