"""Backups that fail and say that they did not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Edit, Facts, Finding, Place, Words, check, needs

_PIPE = re.compile(
    r"\b(pg_dump|pg_dumpall|mysqldump|mongodump|mariadb-dump|pg_basebackup)\b[^|]*\|(?!\|)"
)


@check(
    "backup.hidden-failure",
    ERROR,
    needs=needs.SCRIPTS,
    serves=("D04", "R117", "R122"),
    title=Words("A failed backup is seen", "실패한 백업이 드러난다"),
    fix=Words(
        "begin the script with `set -euo pipefail` (--fix does it), and check the size",
        "스크립트를 `set -euo pipefail`로 시작하고(--fix가 대신 합니다) 크기를 확인하세요",
    ),
)
def hidden_failure(facts: Facts) -> Iterator[Finding]:
    """Find `pg_dump | gzip` without pipefail: exit 0, and 20 bytes of backup."""
    for script in facts.scripts:
        if "pipefail" in script.text:
            continue
        for line, command in script.commands():
            found = _PIPE.search(command)
            if found and not re.search(r"pg_restore|\bpsql\b", command.partition("|")[2]):
                yield Finding(
                    place=Place(script.path, line),
                    wrong=Words(
                        f"when {found[1]} fails, the pipe ends with 0 and an empty file is kept",
                        f"{found[1]}이(가) 실패해도 파이프는 0으로 끝나고 빈 파일이 남습니다",
                    ),
                    edit=_strict(script.path, script.kind, script.lines),
                )


def _strict(path: str, kind: str, lines: tuple[str, ...]) -> Edit | None:
    if kind != "file" or not lines or not re.match(r"#!.*\bbash\b", lines[0]):
        return None
    return Edit(path=path, first=1, last=1, lines=(lines[0], "set -euo pipefail"))
