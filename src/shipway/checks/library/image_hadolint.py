"""What hadolint says of Dockerfiles, where it is installed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shipway.checks.kit import NOTICE, Facts, Finding, Place, Words, check
from shipway.checks.model import Needs, NotLooked
from shipway.model.words import plural
from shipway.tools import find_tool, require_tool

DEADLINE_S = 30.0
_LEFT_OUT = frozenset(
    {
        *("DL3002", "DL3006", "DL3007", "DL3025"),  # checks of our own speak of these
        *("DL3008", "DL3013", "DL3016", "DL3018", "DL3042"),  # a matter of taste
    }
)


def _subjects(facts: Facts) -> tuple[str, ...]:
    return tuple(file.path for file in facts.dockerfiles) if find_tool("hadolint") else ()


@check(
    "images.hadolint",
    NOTICE,
    needs=Needs(
        _subjects,
        lambda n: Words(f"{plural(n, 'Dockerfile')}, by hadolint", f"hadolint로 Dockerfile {n}개"),
        Words(
            "hadolint is not installed, or there is no Dockerfile",
            "hadolint가 없거나 Dockerfile이 없습니다",
        ),
    ),
    serves=("R072",),
    title=Words("hadolint has nothing to say", "hadolint 지적 사항이 없다"),
    fix=Words("see the rule's page in hadolint's wiki", "hadolint 위키의 규칙 설명을 보세요"),
)
def hadolint(facts: Facts) -> Iterator[Finding]:
    """Find what it reports; the scanner is called, not written again."""
    paths = _subjects(facts)
    argv = [str(require_tool("hadolint")), "--no-fail", "--format", "json", "--", *paths]
    for item in _report(argv, facts.root):
        if item["code"] not in _LEFT_OUT and item["level"] in {"error", "warning"}:
            said = f"{item['code']}: {item['message']}"
            yield Finding(place=Place(item["file"], int(item["line"])), wrong=Words(said, said))


def _report(argv: list[str], root: Path) -> list[dict[str, Any]]:
    try:
        done = subprocess.run(
            argv, check=True, capture_output=True, text=True, cwd=root, timeout=DEADLINE_S
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        raise NotLooked(
            Words("hadolint did not end well", "hadolint가 정상적으로 끝나지 않았습니다")
        ) from None
    return found
