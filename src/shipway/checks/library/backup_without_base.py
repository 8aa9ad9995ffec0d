"""A promise of point-in-time recovery with nothing to begin it from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

_PROMISED = re.compile(
    r"\bPITR\b|point-in-time|archive_command|archive_mode\s*=\s*on|WAL 아카이빙|시점 복구",
    re.IGNORECASE,
)
_BASE = re.compile(
    r"pg_basebackup|base backup|basebackup|베이스 백업|pgbackrest|wal-g|barman|shipway backup",
    re.IGNORECASE,
)


@check(
    "backup.without-base",
    ERROR,
    needs=needs.FILES,
    serves=("D12", "R118"),
    title=Words("Point-in-time recovery has a base backup", "시점 복구에 베이스 백업이 있다"),
    fix=Words(
        "take a base backup with pg_basebackup every day, and keep the WAL since the oldest one:"
        " WAL cannot be replayed onto a pg_dump",
        "pg_basebackup으로 매일 베이스 백업을 받고 가장 오래된 것 이후의 WAL을 보관하세요. pg_dump"
        " 위에는 WAL을 재생할 수 없습니다",
    ),
)
def without_base(facts: Facts) -> Iterator[Finding]:
    """Find the promise in documents, configuration and Compose; one tool that makes bases answers it."""
    paths = (*facts.documents, *facts.files.named("*.sh", "postgresql*.conf"))
    paths += tuple(path for view in facts.deployed for path in view.files)
    if any(_BASE.search(facts.files.text(path)) for path in paths):
        return
    for path in dict.fromkeys(paths):
        for number, line in facts.files.numbered(path):
            if _PROMISED.search(line) and not line.lstrip().startswith(
                "#" if path.endswith((".sh", ".yml", ".yaml")) else "\0"
            ):
                yield Finding(
                    place=Place(path, number),
                    wrong=Words(
                        "WAL is kept, and no base backup is ever taken",
                        "WAL은 보관하지만 베이스 백업을 받는 곳이 없습니다",
                    ),
                )
