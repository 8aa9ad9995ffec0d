"""A server that watches its source for changes, in production."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_RELOAD = re.compile(r"(?<!\S)--reload(?!-)\b")
_WORKERS = re.compile(r"--workers[ =](\d+)")


@check(
    "compose.reload",
    ERROR,
    needs=needs.SERVICES,
    serves=("D08", "R034", "R210"),
    title=Words("No server reloads its source", "운영 서버가 --reload로 실행되지 않는다"),
    fix=Words(
        "drop --reload and say how many workers: `--workers 4`",
        "--reload를 빼고 `--workers 4`처럼 워커 수를 적으세요",
    ),
)
def reload(facts: Facts) -> Iterator[Finding]:
    """Find them: with --reload there is one worker, whatever --workers says."""
    for service in facts.services:
        if _RELOAD.search(service.command):
            yield _finding(service.command_place(), service.name, service.command)
    for file in facts.dockerfiles:
        for instruction in file.final.of("CMD", "ENTRYPOINT"):
            text = instruction.plain
            if _RELOAD.search(text):
                yield _finding(Place(file.path, instruction.line), file.path, text)


def _finding(place: Place, name: str, command: str) -> Finding:
    workers = _WORKERS.search(command)
    said = f" (--workers {workers[1]} has no effect then)" if workers else ""
    effect = f" (--workers {workers[1]}은 무시됩니다)" if workers else ""
    return Finding(
        place=place,
        wrong=Words(
            f"{name} runs with --reload: a single worker that restarts on every change{said}",
            f"{name}이(가) --reload로 실행되어 워커가 하나뿐이고 변경마다 재시작됩니다{effect}",
        ),
    )
