"""What the owner declared: comparisons, decisions, questions, next steps."""

from __future__ import annotations

from datetime import date
from functools import reduce

from shipway.documents.blocks import (
    Block,
    Box,
    Boxes,
    Items,
    Section,
    Table,
    Text,
    code,
    plain,
)
from shipway.documents.facts import Facts
from shipway.documents.speaking import Speaker
from shipway.model.declared import OptionSpec, QuestionSpec
from shipway.model.evidence import Result


def options(facts: Facts, say: Speaker) -> Section:
    """Return the targets that were compared, and which was chosen."""
    sections = [
        _option(number, one, say) for number, one in enumerate(facts.about.options, start=1)
    ]
    blocks: tuple[Block, ...] = tuple(sections) or (
        Text(say.say("No other target was compared.", "비교한 다른 배포 대상이 없습니다.")),
    )
    return Section(say.say("Comparison of targets", "배포 전략 비교"), blocks)


def _option(number: int, option: OptionSpec, say: Speaker) -> Section:
    chosen = say.say(" (recommended)", " (추천)") if option.chosen else ""
    blocks: list[Block] = []
    for title, items in (
        (say.say("Made of", "구성"), option.parts),
        (say.say("For it", "장점"), option.pros),
        (say.say("Against it", "단점"), option.cons),
    ):
        if items:
            blocks += [Text(f"**{title}**"), Items(tuple(plain(item) for item in items))]
    cost = _cost(option)
    if cost:
        dated = _by("", option.as_of)
        source = f", {plain(option.figures_from)}" if option.figures_from else ""
        blocks.append(Text(f"**{say.say('Cost', '비용')}**: {cost}{dated}{source}"))
    return Section(
        say.say(f"Option {number}: ", f"옵션 {number}: ") + plain(option.name) + chosen,
        tuple(blocks),
    )


def alternatives(facts: Facts, say: Speaker) -> Section:
    """Return the options that were not chosen, in short."""
    others = [one for one in facts.about.options if not one.chosen]
    return Section(
        say.say("Alternatives", "대안"),
        tuple(
            Section(
                plain(one.name),
                (
                    Items(tuple(plain(part) for part in one.parts or one.pros))
                    if one.parts or one.pros
                    else Text(say.say("No details are declared.", "선언된 내용이 없습니다.")),
                ),
            )
            for one in others
        )
        or (Text(say.say("No other target was compared.", "비교한 다른 배포 대상이 없습니다.")),),
    )


def _cost(option: OptionSpec) -> str:
    if option.cost:
        return plain(option.cost)
    if not option.costs:
        return ""
    return str(reduce(lambda left, right: left + right, (one.amount for one in option.costs)))


def decisions(facts: Facts, say: Speaker) -> Section:
    """Return the table of decisions."""
    return Section(
        say.say("Decisions", "사용자 결정 사항"),
        (
            Table(
                (
                    say.say("About", "항목"),
                    say.say("Decision", "결정"),
                    say.say("Why", "이유"),
                    say.say("By", "결정자"),
                ),
                tuple(
                    (
                        plain(one.about),
                        plain(one.decision),
                        plain(one.why) or "–",
                        (plain(one.by) or "–") + _by("", one.on),
                    )
                    for one in facts.about.decisions
                ),
                empty=say.say("None is recorded.", "기록된 결정이 없습니다."),
            ),
        ),
    )


def questions(facts: Facts, say: Speaker) -> Section:
    """Return the questions with the consequences of each answer."""
    return Section(
        say.say("Questions", "질문 사항"),
        tuple(_question(one, say) for one in facts.about.questions)
        or (Text(say.say("None is open.", "열린 질문이 없습니다.")),),
    )


def _question(question: QuestionSpec, say: Speaker) -> Section:
    branches = []
    for name, word, consequence in (
        ("yes", say.say("Yes", "예"), question.yes),
        ("no", say.say("No", "아니오"), question.no),
    ):
        text = f"{word} → {plain(consequence) or '–'}"
        branches.append(f"**{text}**" if question.answer == name else text)
    answered = (
        say.say("Answered", "답변 완료") + _by(question.by, question.on)
        if question.answer
        else say.say("Still open", "미결정")
    )
    return Section(plain(question.ask), (Items(tuple(branches)), Text(answered)))


def next_steps(facts: Facts, say: Speaker) -> Section:
    """Return what comes next; the current step is marked."""
    marks = {"done": " ✓", "current": say.say(" ← current step", " ← 현재 단계"), "open": ""}
    steps = tuple(
        (f"**{plain(one.text)}**" if one.state == "current" else plain(one.text)) + marks[one.state]
        for one in facts.about.next_steps
    )
    blocks: tuple[Block, ...] = (
        (Items(steps, numbered=True),)
        if steps
        else (Text(say.say("None is declared.", "선언된 다음 단계가 없습니다.")),)
    )
    return Section(say.say("Next steps", "다음 단계"), blocks)


def requirements(facts: Facts, say: Speaker, *, kind: str, title: str) -> Section:
    """Return the requirements of a kind, each with the state of the check that proves it."""
    states = {check.id: check for check in facts.checks}
    boxes = []
    for one in facts.about.requirements:
        if one.kind != kind:
            continue
        check = states.get(one.check)
        boxes.append(
            Box(
                f"{plain(one.id)}: {plain(one.text)}",
                check.state if check else Result.NOT_CHECKED,
                code(one.check) if one.check else say.say("no check names it", "지정된 점검 없음"),
            )
        )
    return Section(title, (Boxes(tuple(boxes), empty=say.say("None.", "없음.")),))


def sentences(title: str, items: tuple[str, ...], say: Speaker) -> Section:
    """Return declared sentences as a list."""
    if not items:
        return Section(title, (Text(say.say("None.", "없음.")),))
    return Section(title, (Items(tuple(plain(item) for item in items)),))


def _by(who: str, when: date | None) -> str:
    parts = [part for part in (plain(who), when.isoformat() if when else "") if part]
    return f" ({', '.join(parts)})" if parts else ""
