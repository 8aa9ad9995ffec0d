"""A condition: something that is not as it should be, with its figure, for as long as it lasts.

Whoever watches something (backups, certificates, indicators) answers with the conditions
that hold now; `observe` turns them into incidents and notifications.  A condition that is
no longer answered has ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from shipway.model.names import EnvironmentId
from shipway.model.words import Words


class Level(IntEnum):
    """How urgent a condition is, in the five steps that operations documents use."""

    RECORD = 1  # 기록
    NOTICE = 2  # 알림
    WARNING = 3  # 경고
    URGENT = 4  # 긴급
    IMMEDIATE = 5  # 즉시


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that is wrong now.

    id: stable, dashed, its room first: `backup-stale`, `certificate-ends`.
    subject: what it is about within the environment: a service, a name, a volume.
    environment: None where it is the machine's.
    says: one sentence with the figure in it; never a secret.
    figure, unit: the measured value, where there is one: 93600.0, "s".
    hint: the command to type next.
    """

    id: str
    subject: str
    level: Level
    says: Words
    environment: EnvironmentId | None = None
    figure: float | None = None
    unit: str = ""
    hint: str = ""
