"""CORS for every origin, written in the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_OPEN = re.compile(
    r"allow_origins\s*=\s*\[\s*[\"']\*[\"']\s*\]|allow_origin_regex\s*=\s*[\"']\.\*[\"']"
    r"|CORS_ALLOW_ALL_ORIGINS\s*=\s*True|CORS_ORIGIN_ALLOW_ALL\s*=\s*True"
    r"|\bcors\(\s*\{[^}]*\borigin:\s*([\"']\*[\"']|true)|\bapp\.use\(cors\(\)\)"
)


@check(
    "code.cors-everybody",
    ERROR,
    needs=needs.CODE,
    serves=("R130", "R142"),
    title=Words("The code lets only known origins in", "코드가 알려진 출처만 허용한다"),
    fix=Words("read the origins from CORS_ORIGINS", "허용할 출처를 CORS_ORIGINS에서 읽으세요"),
)
def cors_everybody(facts: Facts) -> Iterator[Finding]:
    """Find them: any page that a logged-in person opens may use the API in their name."""
    for path in facts.code:
        for number, line in facts.files.numbered(path):
            if _OPEN.search(line) and not line.lstrip().startswith(("#", "//")):
                yield Finding(
                    place=Place(path, number),
                    wrong=Words("every origin may ask", "모든 출처가 허용됩니다"),
                )
