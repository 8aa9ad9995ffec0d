"""Deploys that stop everything before anything new has proved itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs

_DOWN = re.compile(r"\bdocker[ -]compose\b.*\sdown\b")
_UP = re.compile(r"\bdocker[ -]compose\b.*\sup\b")


@check(
    "release.down-first",
    WARNING,
    needs=needs.SCRIPTS,
    serves=("D16", "R190"),
    title=Words("A deploy does not stop what serves", "배포가 서비스 중인 것을 먼저 끄지 않는다"),
    fix=Words(
        "leave the old release up until the new one is healthy: `shipway deploy`",
        "새 릴리스가 정상일 때까지 이전 것을 두세요: `shipway deploy`",
    ),
)
def down_first(facts: Facts) -> Iterator[Finding]:
    """Find `down` followed by `up`: production is away in between, and for good if up fails."""
    for script in facts.scripts:
        steps = list(script.commands())
        for index, (line, command) in enumerate(steps):
            followed = any(_UP.search(text) for _, text in steps[index:])
            if _DOWN.search(command) and followed:
                yield Finding(
                    place=Place(script.path, line),
                    wrong=Words(
                        "production is down until the next `up` has ended",
                        "다음 `up`이 끝날 때까지 서비스가 중단됩니다",
                    ),
                )
