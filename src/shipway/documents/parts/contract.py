"""The contract of the environment variables, with the state of each: never a value."""

from __future__ import annotations

from shipway.documents.blocks import Box, Boxes, Section, Table, Text, code, plain
from shipway.documents.facts import Facts, VariableFacts
from shipway.documents.parts.tables import environment_name, names
from shipway.documents.speaking import Speaker
from shipway.model.evidence import Result

_GROUPS = (
    ("always", "Required: nothing is deployed without them", "필수 (미설정 시 배포 거부)"),
    ("production", "Required in production", "프로덕션 필수"),
    ("sometimes", "Required where the feature is on", "조건부 필수 (기능 활성화 시)"),
    ("no", "Optional", "선택"),
)


def contract(facts: Facts, say: Speaker) -> Section:
    """Return the checklist of the variables, grouped by when they are required."""
    title = say.say("Environment variables", "필수 환경변수 체크리스트")
    if not facts.variables:
        nothing = say.say("No contract is declared.", "선언된 환경변수 계약이 없습니다.")
        return Section(title, (Text(nothing),))
    sections = []
    for group, en, ko in _GROUPS:
        boxes = [_box(one, say) for one in facts.variables if one.required == group]
        if boxes:
            sections.append(Section(say.say(en, ko), (Boxes(tuple(boxes)),)))
    return Section(title, tuple(sections))


def _box(variable: VariableFacts, say: Speaker) -> Box:
    notes = [plain(text) for text in (variable.about, variable.rule) if text]
    if variable.secret:
        notes.append(say.say("secret", "비밀 값"))
    if variable.build_time:
        notes.append(say.say("read at build time", "빌드 시점에 사용"))
    if variable.services:
        notes.append(names(variable.services))
    title = code(variable.name) + (f": {'; '.join(notes)}" if notes else "")
    if variable.missing_in:
        where = ", ".join(environment_name(one, say) for one in variable.missing_in)
        return Box(title, Result.FAILED, say.say(f"missing in {where}", f"{where}에 없음"))
    if variable.set_in:
        where = ", ".join(environment_name(one, say) for one in variable.set_in)
        return Box(title, Result.PASSED, say.say(f"set in {where}", f"{where}에 설정됨"))
    return Box(title, Result.NOT_CHECKED, say.say("not set", "미설정"))


def sources(facts: Facts, say: Speaker) -> Table:
    """Return where each variable's value comes from."""
    return Table(
        (say.say("Variable", "변수"), say.say("Source", "출처"), say.say("Services", "서비스")),
        tuple(
            (code(one.name), plain(one.source) or "–", names(one.services))
            for one in facts.variables
        ),
        empty=say.say("No contract is declared.", "선언된 환경변수 계약이 없습니다."),
    )
