"""Optional variables in the block of the required ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import NOTICE, Facts, Finding, Place, Words, check, needs

_OPTIONAL = re.compile(r"\boptional\b|선택|없어도", re.IGNORECASE)
_REQUIRED = re.compile(r"\b(required|mandatory|must)\b|필수", re.IGNORECASE)


@check(
    "environment.optional-among-required",
    NOTICE,
    needs=needs.ENV_FILES,
    serves=("D19", "R041"),
    title=Words(
        "Optional variables stand apart from required ones", "선택 변수가 필수 변수와 따로 있다"
    ),
    fix=Words("move it to the block of optional variables", "선택 변수 묶음으로 옮기세요"),
)
def optional_among_required(facts: Facts) -> Iterator[Finding]:
    """Find them: a checklist made of the block asks for what nobody needs."""
    for file in facts.env_files:
        for item in file.variables:
            required = _REQUIRED.search(item.section) and not _OPTIONAL.search(item.section)
            if required and _OPTIONAL.search(item.comment):
                yield Finding(
                    place=Place(file.path, item.line),
                    wrong=Words(
                        f"{item.key} is called optional, in the block `{item.section}`",
                        f"{item.key}은(는) 선택이라고 적혀 있지만 `{item.section}` 묶음에 있습니다",
                    ),
                )
