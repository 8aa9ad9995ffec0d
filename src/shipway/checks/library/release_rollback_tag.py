"""A promotion that may overwrite the rollback tag with what is live."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_TAG = re.compile(r"\bdocker (?:image )?tag\s+(?P<source>\S+)\s+(?P<target>\S*:[\"']?rollback\b)")
_GUARD = re.compile(r"(docker (image )?inspect|--format|\.Id\b|digest)", re.IGNORECASE)
_COMPARED = re.compile(r"(\[\[?|test)\s.*(=|!=|==)\s")


@check(
    "release.rollback-tag",
    ERROR,
    needs=needs.SCRIPTS,
    serves=("D29", "R102", "R103"),
    title=Words("Promoting twice keeps the rollback image", "두 번 승격해도 롤백 이미지가 남는다"),
    fix=Words(
        "compare the image ids first, and leave :rollback alone where staging already is"
        " production; keep two earlier releases",
        "먼저 이미지 ID를 비교해 스테이징과 프로덕션이 같으면 :rollback을 그대로 두고, 이전 버전 두"
        " 개를 보관하세요",
    ),
)
def rollback_tag(facts: Facts) -> Iterator[Finding]:
    """Find them: the second promotion of one image tags it `rollback`, and the good one is gone."""
    for script in facts.scripts:
        guarded = False
        for line, command in script.commands():
            guarded = guarded or bool(_COMPARED.search(command) and _GUARD.search(script.text))
            if _TAG.search(command) and not guarded:
                yield Finding(
                    place=Place(script.path, line),
                    wrong=Words(
                        "a second promotion of the same image overwrites :rollback with itself",
                        "같은 이미지를 두 번 승격하면 :rollback이 자기 자신으로 덮입니다",
                    ),
                )
