"""Public addresses that are numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs
from shipway.checks.support import PUBLIC_KEY

_NUMBER = re.compile(r"(^|//|,)(?P<address>\d{1,3}(\.\d{1,3}){3})\b")
_INSIDE = re.compile(r"^(127\.|0\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)")


@check(
    "environment.number-as-name",
    WARNING,
    needs=needs.ENV_FILES,
    serves=("D26", "R020"),
    title=Words("Public addresses are names", "공개 주소가 도메인 이름이다"),
    fix=Words(
        "give the environment a host name of its own, such as staging.example.com",
        "staging.example.com처럼 환경마다 도메인 이름을 두세요",
    ),
)
def number_as_name(facts: Facts) -> Iterator[Finding]:
    """Find them: no certificate, no OAuth redirect and no cookie domain work with a number."""
    for file in facts.env_files:
        for item in file.variables:
            found = _NUMBER.search(item.value)
            if found and PUBLIC_KEY.search(item.key) and not _INSIDE.match(found["address"]):
                yield Finding(
                    place=Place(file.path, item.line),
                    wrong=Words(
                        f"{item.key} is a number, {found['address']}: the real name of this"
                        " environment is left open",
                        f"{item.key}이(가) IP 주소 {found['address']}입니다. 이 환경의 진짜 이름이"
                        " 정해지지 않았습니다",
                    ),
                )
