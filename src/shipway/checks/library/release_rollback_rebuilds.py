"""A rollback that takes production down and builds it anew."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.scripts import Script
from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_CHECKOUT = re.compile(r"\bgit (checkout|reset --hard|revert)\b")
_BUILD = re.compile(r"\bdocker[ -]compose\b.*\b(up\b.*--build|build)\b|\bdocker build\b")


@check(
    "release.rollback-rebuilds",
    ERROR,
    needs=needs.SCRIPTS,
    serves=("D16", "R193", "R104"),
    title=Words("A rollback starts what ran before", "롤백은 전에 돌던 것을 그대로 다시 켠다"),
    fix=Words(
        "start the image that ran before, by its digest: `shipway rollback` does it without a gap",
        "전에 돌던 이미지를 다이제스트로 시작하세요. `shipway rollback`은 중단 없이 합니다",
    ),
)
def rollback_rebuilds(facts: Facts) -> Iterator[Finding]:
    """Find `down, checkout, build`: minutes of downtime, and a build that may come out otherwise."""
    for script in facts.scripts:
        steps = list(script.commands())
        checkout = next(
            (index for index, (_, text) in enumerate(steps) if _CHECKOUT.search(text)), None
        )
        if checkout is None or not _is_rollback(script, steps[checkout][1]):
            continue
        for line, command in steps[checkout + 1 :]:
            if _BUILD.search(command):
                yield Finding(
                    place=Place(script.path, line),
                    wrong=Words(
                        "the earlier commit is built again: not the image that ran, and not at once",
                        "이전 커밋을 다시 빌드하므로 전에 돌던 이미지가 아니고 즉시도 아닙니다",
                    ),
                )
                break


def _is_rollback(script: Script, checkout: str) -> bool:
    told = re.search(
        r"rollback|roll back|롤백|이전", f"{script.path}\n{script.text}", re.IGNORECASE
    )
    return bool(told) or "revert" in checkout
