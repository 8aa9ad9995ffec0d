"""Addresses of a developer's machine, fixed in the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs

_LOCAL = re.compile(
    r"[\"'`](https?|wss?)://(localhost|127\.0\.0\.1)(?!:\$?\{)(:\d+)?[^\"'`]*[\"'`]"
)
_WINDOWS = re.compile(r"[\"'`][A-Z]:\\\\?[A-Za-z]")
_TOLD = re.compile(
    r"\b(getenv|environ|process\.env|import\.meta\.env|Field\(|default)|:\s*str\s*=|print\(|console\.log"
)


@check(
    "code.fixed-address",
    WARNING,
    needs=needs.CODE,
    serves=("R060", "R136", "R128"),
    title=Words(
        "No address or path of one machine is fixed in the code",
        "코드에 특정 컴퓨터의 주소나 경로가 없다",
    ),
    fix=Words(
        "read it from the environment, or use a path of the same origin",
        "환경변수에서 읽거나 같은 출처의 경로를 쓰세요",
    ),
)
def fixed_address(facts: Facts) -> Iterator[Finding]:
    """Find them: in production this asks the container itself, or the user's own machine."""
    for path in facts.deployed_code:
        for number, line in facts.files.numbered(path):
            text = line.strip()
            if text.startswith(("#", "//", "*", "/*")):
                continue
            found = _LOCAL.search(text) if not _TOLD.search(text) else None
            found = found or _WINDOWS.search(text)
            if found:
                yield Finding(
                    place=Place(path, number),
                    wrong=Words(
                        f"{found[0].strip(chr(34) + chr(39) + '`')} is only right on a developer's machine",
                        f"{found[0].strip(chr(34) + chr(39) + '`')}은(는) 개발자 컴퓨터에서만 맞습니다",
                    ),
                )
