"""What was saved: whether there is something in it, and where it lies.  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.backup.buckets import BEFORE
from shipway.backup.conditions.facts import Facts, condition
from shipway.model.backup import Backup, BackupKind
from shipway.model.condition import Condition, Level

SHRUNK = 0.5
SMALL_BYTES = 4096


def sizes(facts: Facts) -> Iterator[Condition]:
    """Yield what is empty, or less than half of what it was."""
    groups: dict[tuple[BackupKind, str], list[Backup]] = {}
    for backup in facts.backups:
        groups.setdefault((backup.kind, backup.subject), []).append(backup)
    for (kind, subject), found in groups.items():
        if kind is BackupKind.STATE or subject.endswith(BEFORE) or len(found) < 2:
            continue
        newest, before = found[0], found[1]
        if before.bytes < SMALL_BYTES:
            continue
        if newest.bytes == 0 or newest.counts.get("files") == 0:
            yield condition(
                facts,
                "backup-empty",
                subject,
                Level.URGENT,
                f"the newest backup of {subject} is empty; the one before had"
                f" {before.bytes / 1e6:.2f} MB",
                f"{subject}의 최신 백업이 비어 있습니다(직전 {before.bytes / 1e6:.2f} MB)",
                figure=0.0,
                unit="bytes",
                hint="shipway backup list",
            )
        elif newest.bytes < before.bytes * SHRUNK:
            share = 100 * newest.bytes / before.bytes
            yield condition(
                facts,
                "backup-shrank",
                subject,
                Level.WARNING,
                f"the newest backup of {subject} has {share:.0f} % of the size of the one before"
                f" ({newest.bytes / 1e6:.2f} of {before.bytes / 1e6:.2f} MB)",
                f"{subject}의 최신 백업 크기가 직전의 {share:.0f}%입니다"
                f"({before.bytes / 1e6:.2f} MB → {newest.bytes / 1e6:.2f} MB)",
                figure=share,
                unit="%",
                hint="shipway backup list",
            )


def same_disk(facts: Facts) -> Iterator[Condition]:
    """Yield that a lost disk would take data and backups."""
    if facts.settings.s3 is None and facts.settings.directory is None and facts.backups:
        yield condition(
            facts,
            "repository-on-same-disk",
            "repository",
            Level.NOTICE,
            "the backups lie on the same disk as the data: a lost disk takes both",
            "백업이 데이터와 같은 디스크에 있어 디스크 장애 시 함께 사라집니다",
            hint="backup: {repository: …} in shipway.yaml, then: shipway deploy",
        )
