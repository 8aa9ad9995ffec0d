"""`KEY=   # comment`: Compose's own grammar makes the comment the value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.facts.env import EnvVariable
from shipway.checks.kit import ERROR, Edit, Facts, Finding, Place, Words, check, needs


@check(
    "environment.comment-as-value",
    ERROR,
    needs=needs.ENV_FILES,
    serves=("D01", "R056"),
    title=Words("No comment becomes a value", "주석이 값으로 읽히는 변수가 없다"),
    fix=Words(
        "put the comment on a line of its own above (--fix does it)",
        "주석을 윗줄로 옮기세요 (--fix가 대신 합니다)",
    ),
)
def comment_as_value(facts: Facts) -> Iterator[Finding]:
    """Find them: a process that only asks for a value starts with the comment as its key."""
    for file in facts.env_files:
        lines = facts.files.lines(file.path)
        for item in file.variables:
            if _is_comment(item):
                yield Finding(
                    place=Place(file.path, item.line),
                    wrong=Words(
                        f"Compose sets {item.key} to its comment, not to nothing",
                        f"Compose는 {item.key}을(를) 빈 값이 아니라 주석 글자로 설정합니다",
                    ),
                    edit=_above(file.path, item, lines[item.line - 1]),
                )


def _is_comment(item: EnvVariable) -> bool:
    return bool(re.match(r"\s+#|#\s", item.raw)) and item.value.startswith("#")


def _above(path: str, item: EnvVariable, line: str) -> Edit:
    head = line[: line.index("=") + 1]
    return Edit(
        path=path, first=item.line, last=item.line, lines=(f"# {item.comment}".rstrip(), head)
    )
