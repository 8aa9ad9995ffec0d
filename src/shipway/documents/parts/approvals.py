"""Who lets what into which environment: how it is asked for, and who did it."""

from __future__ import annotations

from shipway.documents.blocks import Section, Table, Text, plain
from shipway.documents.facts import ApprovalFacts, Facts
from shipway.documents.parts.tables import environment_name
from shipway.documents.speaking import Speaker
from shipway.model.words import plural

_SHOWN = 19  # `sha256:` and the first twelve digits


def strategy(facts: Facts, say: Speaker) -> Section:
    """Return what brings a release into an environment, and who approves it."""
    rows = (
        (
            environment_name("staging", say),
            say.say("a push, or `shipway deploy`", "푸시 또는 `shipway deploy`"),
            say.say("none", "불필요"),
        ),
        (
            environment_name("production", say),
            "`shipway promote`",
            say.say("staging's evidence, and a person", "스테이징 검증 증거와 담당자 승인"),
        ),
    )
    return Section(
        say.say("Who lets what in", "배포 전략"),
        (
            Table(
                (
                    say.say("Environment", "환경"),
                    say.say("Trigger", "트리거"),
                    say.say("Approval", "승인"),
                ),
                rows,
            ),
            approvals(facts, say),
        ),
    )


def approvals(facts: Facts, say: Speaker) -> Section:
    """Return who let which release into production, when, with which digests."""
    nobody = (
        say.say("Nothing came into production yet.", "아직 프로덕션에 반영된 릴리스가 없습니다.")
        if facts.live
        else say.say("Not asked.", "조회하지 않았습니다.")
    )
    return Section(
        say.say("Approvals", "승인 기록"),
        (
            Table(
                (
                    say.say("Release", "릴리스"),
                    say.say("Act", "작업"),
                    say.say("By", "승인자"),
                    say.say("When", "일시"),
                    say.say("Outcome", "결과"),
                    say.say("Digests", "다이제스트"),
                ),
                tuple(_row(one, say) for one in facts.approvals),
                empty=nobody,
            ),
        ),
    )


def _row(one: ApprovalFacts, say: Speaker) -> tuple[str, ...]:
    acts = {
        "deploy": say.say("deploy", "배포"),
        "promote": say.say("promotion", "승격"),
        "rollback": say.say("rollback", "롤백"),
        "restore": say.say("restore of data", "데이터 복원"),
    }
    ends = {
        "succeeded": say.say("succeeded", "성공"),
        "failed": say.say("failed", "실패"),
        "stuck": say.say("stuck", "중단됨"),
    }
    act = acts.get(one.kind, plain(one.kind))
    if one.override:
        act += say.say(" past the gate: ", ", 게이트 예외: ") + plain(one.override)
    digests = "; ".join(f"{plain(name)} `{digest[:_SHOWN]}`" for name, digest in one.artifacts)
    return (
        one.release,
        act,
        plain(one.by),
        say.moment(one.at),
        ends.get(one.state, plain(one.state)),
        digests or "–",
    )


def pipeline_checks(facts: Facts, say: Speaker) -> Text:
    """Return how many checks look at the pipeline's files."""
    count = sum(one.area == "pipeline" for one in facts.checks)
    return Text(
        say.say(
            f"{plural(count, 'check looks', 'checks look')} at the pipeline's files.",
            f"파이프라인 파일에 대한 점검 {count}건.",
        )
    )
