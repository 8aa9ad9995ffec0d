"""A contract's rules, verdicts and origins as documents say them, in both languages.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.model.words import Words
from shipway.spec.contract.rules import ANY, Rule
from shipway.spec.contract.supply import parts_of
from shipway.spec.layers import Layer, Origin

_LAYERS = {
    Layer.SERVICE: Words("the Compose file", "Compose 파일"),
    Layer.COMMON_FILE: Words("common env file", "공통 환경변수 파일"),
    Layer.COMMON: Words("common variables", "공통 변수"),
    Layer.ENVIRONMENT_FILE: Words("the environment's env file", "환경별 환경변수 파일"),
    Layer.ENVIRONMENT: Words("the environment's variables", "환경별 변수"),
    Layer.STORE: Words("the vault", "비밀 저장소"),
    Layer.DERIVED: Words("made of others", "다른 변수로 조합"),
    Layer.DEFAULT: Words("the contract's default", "계약의 기본값"),
}
_VERDICTS = (
    (r"must be another in each environment.*", "환경마다 달라야 하지만 공통으로 설정됨"),
    (r"is a comment.*", "주석이 값으로 들어감"),
    (r"must be (.+) in \S+", "값이 {0}이어야 함"),
    (r"must be one of (.+)", "다음 중 하나여야 함: {0}"),
    (r"is a placeholder.*", "자리표시자이며 실제 값이 아님"),
    (r"has (\d+) characters, fewer than (\d+)", "길이 {0}자, 최소 {1}자 필요"),
    (r"does not have the form (.+)", "형식이 맞지 않음: {0}"),
    (r"is easy to guess.*", "추측하기 쉬운 값"),
    (r"is a value that everybody tries first", "누구나 먼저 시도하는 값"),
    (r"holds a password that everybody tries first", "누구나 먼저 시도하는 비밀번호가 들어 있음"),
    (r"must be the same as (\S+), and is not", "{0}와(과) 같아야 하지만 다름"),
    (r"must be the same in each of them.*", "서비스마다 같아야 하지만 다름"),
    (r"lets every site in.*", "모든 출처(*)를 허용함"),
    (r"lets localhost in", "localhost를 허용함"),
    (r"must be (.+)", "값의 형식: {0}"),
)


def origin_words(origin: Origin) -> Words:
    """Return where a value comes from, with file and line where there is one."""
    words = _LAYERS[origin.layer]
    place = f" ({origin.source})" if origin.source else ""
    return Words(f"{words.en}{place}", f"{words.ko}{place}")


def verdict_words(said: str) -> Words:
    """Return what is wrong with a value; one that is not known here is named in general."""
    for pattern, korean in _VERDICTS:
        found = re.fullmatch(pattern, said)
        if found:
            return Words(said, korean.format(*found.groups()))
    return Words(said, "계약과 다름: `shipway env check`로 확인")


def rule_words(rule: Rule) -> Iterator[Words]:
    """Yield what a variable must be; a secret's default is never among it."""
    yield from _needs(rule)
    if rule.type is not None:
        yield Words(f"type {rule.type.value}", f"형식 {rule.type.value}")
    if rule.allowed:
        yield Words(f"one of {' | '.join(rule.allowed)}", f"허용 값 {' | '.join(rule.allowed)}")
    if rule.min_length is not None:
        yield Words(f"at least {rule.min_length} characters", f"최소 {rule.min_length}자")
    if rule.pattern is not None:
        yield Words(f"of the form {rule.pattern}", f"형식 {rule.pattern}")
    if rule.making is not None:
        yield Words(f"generated: {rule.making}", f"자동 생성: {rule.making}")
    parts = ", ".join(parts_of(rule))
    if parts:
        yield Words(f"made of {parts}", f"조합: {parts}")
    if not rule.is_secret:
        if rule.default is not None:
            yield Words(f"default {rule.default}", f"기본값 {rule.default}")
        for environment, value in rule.fixed.items():
            yield Words(f"{value} in {environment}", f"{environment}에서 {value}")
    if rule.equals:
        yield Words(f"same as {rule.equals}", f"{rule.equals}와(과) 동일")
    if rule.same:
        yield Words("the same in every service", "모든 서비스에서 동일")
    if rule.group:
        yield Words(
            f"group {rule.group}: all or none", f"{rule.group} 그룹: 전부 설정하거나 전부 비움"
        )


def _needs(rule: Rule) -> Iterator[Words]:
    if rule.required.environments:
        where = ", ".join(rule.required.environments)
        yield Words(f"required in {where}", f"{where}에서 필수")
    if rule.required.when:
        told = [
            (key, "" if ANY in wanted else " | ".join(wanted))
            for key, wanted in rule.required.when.items()
        ]
        yield Words(
            "required where " + " and ".join(f"{key} is {value or 'set'}" for key, value in told),
            " 그리고 ".join(f"{key}={value}" if value else f"{key} 설정" for key, value in told)
            + " 시 필수",
        )
