"""CORS that falls back to a developer's address when nobody set it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_ALLOWS = re.compile("CORS|ORIGIN", re.IGNORECASE)


@check(
    "code.cors-default",
    ERROR,
    needs=needs.CODE,
    serves=("D34", "R142", "R136"),
    title=Words("CORS has no default of development", "CORS 기본값이 개발 주소가 아니다"),
    fix=Words(
        "make the variable required (in shipway.yaml's contract is enough), or let the default be "
        "an empty list",
        "변수를 필수로 만들거나(shipway.yaml의 contract로 충분합니다) 기본값을 빈 목록으로 두세요",
    ),
)
def cors_default(facts: Facts) -> Iterator[Finding]:
    """Find them: production without the variable refuses its own front end, or lets all in.

    Not where the contract sees to it that the variable is always set.
    """
    for item in facts.defaults:
        if _ALLOWS.search(item.name) and _of_development(item.value):
            yield Finding(
                place=Place(item.path, item.line),
                wrong=Words(
                    f"without {item.name} the API answers a developer's machine only, or everybody",
                    f"{item.name}을(를) 설정하지 않으면 개발 주소만 또는 누구나 허용됩니다",
                ),
            )


def _of_development(value: str) -> bool:
    return "localhost" in value or "127.0.0.1" in value or value.strip() == "*"
