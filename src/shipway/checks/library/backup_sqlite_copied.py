"""SQLite files copied while somebody writes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_COPY = re.compile(r"^\s*(sudo )?(docker (compose )?cp|cp|rsync|scp|mv)\b.*\.(sqlite3?|db)\b")
_STOP = re.compile(r"\b(docker[ -]compose\b.*\bstop|systemctl stop|docker stop)\b")


@check(
    "backup.sqlite-copied",
    ERROR,
    needs=needs.SCRIPTS,
    serves=("D17", "R115"),
    title=Words(
        "SQLite is saved and restored as it wants", "SQLite를 올바른 방법으로 백업하고 복구한다"
    ),
    fix=Words(
        'sqlite3 app.db ".backup saved.db"; for a restore, stop the application first and remove'
        " the -wal and -shm files",
        'sqlite3 app.db ".backup saved.db"를 쓰고, 복구할 때는 먼저 멈추고 -wal, -shm 파일을 지우세요',
    ),
)
def sqlite_copied(facts: Facts) -> Iterator[Finding]:
    """Find `cp` over or of a live file: the newest rows are lost, or the file is torn."""
    for script in facts.scripts:
        stopped = False
        for line, command in script.commands():
            stopped = stopped or bool(_STOP.search(command))
            if _COPY.search(command) and not stopped:
                yield Finding(
                    place=Place(script.path, line),
                    wrong=Words(
                        "copied while the application has it open",
                        "애플리케이션이 열어 둔 채로 파일을 복사합니다",
                    ),
                )
