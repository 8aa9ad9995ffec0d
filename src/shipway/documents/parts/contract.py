"""The contract of the environment variables, with the state of each: never a secret's value."""

from __future__ import annotations

from collections.abc import Iterator

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
        nothing = say.say("No service gets a variable.", "환경변수를 받는 서비스가 없습니다.")
        return Section(title, (Text(nothing),))
    sections = []
    for group, en, ko in _GROUPS:
        found = [one for one in facts.variables if one.declared and one.required == group]
        if found:
            sections.append(Section(say.say(en, ko), (_boxes(found, facts, say),)))
    others = [one for one in facts.variables if not one.declared]
    if others:
        undeclared = say.say(
            "Given by files, without a contract", "계약 없이 파일에서 주어지는 변수"
        )
        sections.append(Section(undeclared, (_boxes(others, facts, say),)))
    return Section(title, tuple(sections))


def optional_features(facts: Facts, say: Speaker) -> Boxes:
    """Return the features that need keys: a box a group, or a variable that is in none."""
    wanted = [one for one in facts.variables if one.declared and one.required == "sometimes"]
    groups = dict.fromkeys(one.group or one.name for one in wanted)
    boxes = []
    for group in groups:
        own = [one for one in wanted if (one.group or one.name) == group]
        on = all(one.set_in for one in own)
        boxes.append(
            Box(
                f"{plain(group)}: {', '.join(code(one.name) for one in own)}",
                Result.PASSED if on else Result.NOT_CHECKED,
                say.say("on", "사용") if on else say.say("off: not set", "미사용 (키 미설정)"),
            )
        )
    return Boxes(tuple(boxes), empty=say.say("None is declared.", "선언된 선택 기능이 없습니다."))


def _boxes(variables: list[VariableFacts], facts: Facts, say: Speaker) -> Boxes:
    return Boxes(tuple(variable_box(one, say, live=facts.live) for one in variables))


def variable_box(variable: VariableFacts, say: Speaker, *, live: bool) -> Box:
    """Return a variable's box: ticked where it has a value everywhere it needs one."""
    notes = list(_notes(variable, say))
    title = code(variable.name) + (f": {'; '.join(notes)}" if notes else "")
    if variable.missing_in:
        where = _where(variable.missing_in, say)
        return Box(title, Result.FAILED, say.say(f"missing in {where}", f"{where}에 없음"))
    if variable.wrong:
        said = "; ".join(
            f"{environment_name(name, say)}: {plain(say.words(words))}"
            for name, words in variable.wrong
        )
        return Box(title, Result.FAILED, said)
    if variable.set_in:
        return Box(title, Result.PASSED, _set(variable, say))
    if not live and (variable.declared or variable.secret):
        unknown = say.say(
            "not in the files; the vault was not asked", "파일에 없음, 비밀 저장소는 조회하지 않음"
        )
        return Box(title, Result.NOT_CHECKED, unknown)
    return Box(title, Result.NOT_CHECKED, say.say("not set", "미설정"))


def _notes(variable: VariableFacts, say: Speaker) -> Iterator[str]:
    if variable.about:
        yield plain(variable.about)
    if variable.secret:
        yield say.say("secret", "비밀 값")
    yield from (plain(say.words(rule)) for rule in variable.rules)
    if variable.build_time:
        yield say.say("read at build time", "빌드 시점에 사용")
    if variable.services:
        yield names(variable.services)


def _set(variable: VariableFacts, say: Speaker) -> str:
    """Return where it is set and what sets it; the same origin is told once."""
    where = _where(variable.set_in, say)
    origins = dict.fromkeys(plain(say.words(words)) for _name, words in variable.origins)
    told = say.say(f"set in {where}", f"{where}에 설정됨")
    if origins:
        told += say.say(" by ", ": ") + "; ".join(origins)
    values = dict(variable.shown)
    if values:
        told += " – " + ", ".join(
            f"{environment_name(name, say)} {code(value)}" for name, value in values.items()
        )
    return told


def _where(environments: tuple[str, ...], say: Speaker) -> str:
    return ", ".join(environment_name(one, say) for one in environments)


def sources(facts: Facts, say: Speaker) -> Table:
    """Return where each variable's value is to come from, and where it comes from."""
    return Table(
        (
            say.say("Variable", "변수"),
            say.say("Source", "출처"),
            say.say("Set by", "설정 위치"),
            say.say("Services", "서비스"),
        ),
        tuple(
            (
                code(one.name),
                plain(one.source) or "–",
                "; ".join(dict.fromkeys(plain(say.words(words)) for _name, words in one.origins))
                or "–",
                names(one.services),
            )
            for one in facts.variables
        ),
        empty=say.say("No service gets a variable.", "환경변수를 받는 서비스가 없습니다."),
    )
