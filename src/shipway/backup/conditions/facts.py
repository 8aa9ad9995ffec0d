"""What the conditions are judged from, and how one is said.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.backup.sources import Source
from shipway.model.backup import Backup, Drill
from shipway.model.backup_run import BackupRun, RunKind, RunState
from shipway.model.backup_settings import BackupSettings
from shipway.model.condition import Condition, Level
from shipway.model.names import EnvironmentId
from shipway.model.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an environment's backups; all newest first.

    runs: the latest of any kind, and of each kind the latest few: an hourly one hides none.
    """

    environment: EnvironmentId
    settings: BackupSettings
    sources: tuple[Source, ...]
    runs: tuple[BackupRun, ...]
    backups: tuple[Backup, ...]
    drills: tuple[Drill, ...]
    now: float


def condition(  # noqa: PLR0917 - read as the rows of a table
    facts: Facts,
    identifier: str,
    subject: str,
    level: Level,
    english: str,
    korean: str,
    **more: Any,
) -> Condition:
    """Return a condition of the environment, in both languages."""
    return Condition(
        id=identifier,
        subject=subject,
        level=level,
        says=Words(english, korean),
        environment=facts.environment,
        **more,
    )


def newest_of(backups: Sequence[Backup], source: Source) -> Backup | None:
    """Return the newest backup of a source."""
    return next(
        (item for item in backups if item.subject == source.subject and item.kind is source.kind),
        None,
    )


def last_try(facts: Facts, source: Source) -> tuple[Mapping[str, Any] | None, BackupRun] | None:
    """Return how the latest try to save a source ended: its problem, or None."""
    for run in facts.runs:
        for part in run.parts:
            if part.subject == source.subject and part.kind == source.kind.value:
                return part.problem, run
    return None


def latest_ended(runs: Sequence[BackupRun], kind: RunKind) -> BackupRun | None:
    """Return the newest run of a kind that has ended."""
    return latest(runs, lambda run: run.kind is kind and run.state is not RunState.RUNNING)


def latest(runs: Sequence[BackupRun], wanted: Callable[[BackupRun], bool]) -> BackupRun | None:
    """Return the newest run that is wanted."""
    return next((run for run in runs if wanted(run)), None)
