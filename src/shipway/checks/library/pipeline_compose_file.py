"""Images pushed from one Compose file, and another one started."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_COMPOSE = re.compile(
    r"\bdocker[ -]compose(?P<flags>(?:\s+-\S+(?:[ =][^\s-]\S*)?)*)\s+(?P<verb>build|push|pull|up)\b"
)
_FILE = re.compile(r"(?:-f|--file)[ =](\S+)")


@check(
    "pipeline.compose-file-differs",
    ERROR,
    needs=needs.WORKFLOWS,
    serves=("D07", "R081"),
    title=Words("One Compose file is built and started", "빌드와 실행에 같은 Compose 파일을 쓴다"),
    fix=Words("name the same -f on every command", "모든 명령에 같은 -f를 적으세요"),
)
def compose_file_differs(facts: Facts) -> Iterator[Finding]:
    """Find `build -f prod` with a plain `pull && up`: the server runs the development file."""
    for workflow in facts.workflows:
        for job in workflow.jobs:
            steps = [step.get("run") for step in job.body.get("steps").parts if step.get("run")]
            built: set[tuple[str, ...]] = set()
            for run in steps:
                for match in _COMPOSE.finditer(run.text):
                    files = tuple(_FILE.findall(match["flags"]))
                    if match["verb"] in {"build", "push"}:
                        built.add(files)
                    elif built and files not in built:
                        yield Finding(
                            place=Place(workflow.path, run.line),
                            wrong=Words(
                                f"`{match['verb']}` without the files that were built:"
                                f" {' '.join(sorted(' '.join(item) for item in built))}",
                                f"빌드한 파일({' '.join(sorted(' '.join(item) for item in built))})"
                                f" 없이 `{match['verb']}`을(를) 실행합니다",
                            ),
                        )
                        break
