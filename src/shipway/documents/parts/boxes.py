"""The checklist: every box is what a check saw, with its date and release."""

from __future__ import annotations

import re
from collections import Counter

from shipway.documents.blocks import Box, Boxes, Section, Table, Text, plain
from shipway.documents.facts import CheckFacts, Facts
from shipway.documents.parts.contract import variable_box
from shipway.documents.speaking import Speaker
from shipway.model.evidence import Result
from shipway.model.words import plural


def box(check: CheckFacts, say: Speaker) -> Box:
    """Return a check's box: ticked by evidence alone."""
    evidence = [plain(say.words(check.evidence))] if say.words(check.evidence) else []
    if check.state is Result.FAILED:
        evidence += [f"`{place}`" for place in check.places[:3]]
        evidence.append(say.words(check.fix))
    if check.by:
        evidence.append(say.say(f"on the word of {plain(check.by)}", f"{plain(check.by)} 확인"))
    if check.waived:
        evidence.append(say.say("waived: ", "예외 승인: ") + plain(check.waived))
    when = " · ".join(part for part in (check.environment, check.release) if part)
    if check.at is not None:
        moment = say.moment(check.at) if check.environment else say.day(check.at)
        when = f"{when} · {moment}" if when else moment
    if when:
        evidence.append(when)
    return Box(say.words(check.title), check.state, "; ".join(part for part in evidence if part))


def counted(facts: Facts, say: Speaker) -> Table:
    """Return how many boxes are in each state."""
    states = Counter(check.state for check in facts.checks)
    return Table(
        tuple(say.state(state) for state in Result),
        (tuple(str(states[state]) for state in Result),),
    )


def verdict(facts: Facts, say: Speaker) -> Section:
    """Return whether production may be deployed, and what must be confirmed before."""
    failed = [check for check in facts.checks if check.state is Result.FAILED and not check.waived]
    errors = [check for check in failed if check.severity == "error"]
    missing = [one for one in facts.variables if one.missing_in]
    unknown = [check for check in facts.checks if check.state is Result.NOT_CHECKED]
    if errors or missing:
        said = say.say(
            f"**Not ready**: {plural(len(errors), 'check')} of severity error failed and "
            f"{plural(len(missing), 'variable is', 'variables are')} missing. Shipway refuses the deployment until that is mended.",
            f"**배포 불가**: 오류 등급 점검 {len(errors)}건이 실패했고 환경변수 {len(missing)}개가 "
            "없습니다. 해결될 때까지 Shipway가 배포를 거부합니다.",
        )
    elif failed:
        said = say.say(
            f"**Ready, with {plural(len(failed), 'warning')}.** None of them stops a deployment.",
            f"**배포 가능, 경고 {len(failed)}건.** 배포를 막는 항목은 없습니다.",
        )
    else:
        said = say.say("**Ready.** No check failed.", "**배포 가능.** 실패한 점검이 없습니다.")
    blocks: list[Text | Boxes] = [Text(said)]
    if unknown:
        blocks.append(
            Text(
                say.say(
                    "1 point was not checked; it counts neither as passed nor as failed."
                    if len(unknown) == 1
                    else f"{len(unknown)} points were not checked; they count neither as passed "
                    "nor as failed.",
                    f"{len(unknown)}개 항목은 확인되지 않았으며, 통과로도 실패로도 세지 않습니다.",
                )
            )
        )
    return Section(say.say("Verdict", "결론"), (*blocks, *_must_confirm(facts, say, errors)))


def _must_confirm(facts: Facts, say: Speaker, errors: list[CheckFacts]) -> tuple[Section, ...]:
    boxes = [box(check, say) for check in errors]
    boxes += [_confirmed(text, facts, say) for text in facts.about.must_confirm]
    if not boxes:
        return ()
    return (Section(say.say("Must be confirmed", "반드시 확인할 사항"), (Boxes(tuple(boxes)),)),)


def _confirmed(text: str, facts: Facts, say: Speaker) -> Box:
    """Return a point that must be confirmed: by its variables, where it names some."""
    named = [
        one for one in facts.variables if re.search(rf"(?<!\w){re.escape(one.name)}(?!\w)", text)
    ]
    if not named:
        person = say.say("to be confirmed by a person", "담당자 확인 필요")
        return Box(plain(text), Result.NOT_CHECKED, person)
    found = [variable_box(one, say, live=facts.live) for one in named]
    states = {one.state for one in found}
    state = next(one for one in (Result.FAILED, Result.NOT_CHECKED, Result.PASSED) if one in states)
    return Box(plain(text), state, "; ".join(one.evidence for one in found))
