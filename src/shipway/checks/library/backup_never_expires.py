"""Copies off the server that are never deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import WARNING, Facts, Finding, Place, Words, check, needs

_UPLOAD = re.compile(
    r"\b(aws s3 (cp|sync|mv)|s3cmd put|rclone copy|mc cp|gsutil cp)\b.*(s3://|gs://|\w+:|\w+/)"
)
_PRUNED = re.compile(r"\bfind\b.*-mtime.*(-delete|rm)")
_EXPIRES = re.compile(
    r"lifecycle|s3 rm\b|s3api delete|rclone delete|--min-age|mc (rm|ilm)|gsutil rm|restic forget|--delete\b",
    re.IGNORECASE,
)


@check(
    "backup.never-expires",
    WARNING,
    needs=needs.SCRIPTS,
    serves=("D13", "R117", "R126"),
    title=Words("Backups off the server expire too", "서버 밖의 백업도 기한이 지나면 지워진다"),
    fix=Words(
        "give the bucket a lifecycle rule of as many days as the script keeps here",
        "버킷에 스크립트와 같은 보관 일수의 수명 주기(lifecycle) 규칙을 두세요",
    ),
)
def never_expires(facts: Facts) -> Iterator[Finding]:
    """Find scripts that prune here and never there: the bill grows, and deleted data stays."""
    if any(_EXPIRES.search(script.text) for script in facts.scripts):
        return
    if any(
        "lifecycle" in facts.files.text(path).lower()
        for path in facts.files.named("*.tf", "*lifecycle*.json")
    ):
        return
    for script in facts.scripts:
        pruned = any(_PRUNED.search(command) for _, command in script.commands())
        for line, command in script.commands():
            if pruned and _UPLOAD.search(command):
                yield Finding(
                    place=Place(script.path, line),
                    wrong=Words(
                        "local copies are pruned, these never",
                        "로컬 사본만 지우고 여기로 보낸 사본은 지우지 않습니다",
                    ),
                )
