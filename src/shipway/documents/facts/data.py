"""What is saved, what was proven of it, and how the configuration is kept."""

from __future__ import annotations

from dataclasses import dataclass

from shipway.model.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFacts:
    """What is backed up, how, how long it is kept, and what was proven.

    to_a_moment: it can be brought back to any moment, and with a rollback.
    Times in seconds since the epoch.  restorable_at: the newest moment that can be brought
    back; proven_at: the last restore that was rehearsed and passed; drill_failed: the latest
    one did not.
    """

    subject: str
    how: Words
    schedule: Words
    kept: Words
    to_a_moment: bool = False
    newest_at: float | None = None
    restorable_at: float | None = None
    proven_at: float | None = None
    drill_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryFacts:
    """Objectives and what the last drill measured; seconds, None: not measured.

    restorable_at: the oldest of the databases' newest restorable points.  where: the
    repository; notes: what is not saved, and why.
    """

    rpo_wanted_s: float | None = None
    rto_wanted_s: float | None = None
    rpo_s: float | None = None
    rto_s: float | None = None
    drilled_at: float | None = None
    restorable_at: float | None = None
    where: str = ""
    scheduled: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationFacts:
    """A file of the configuration in git: state `committed`, `changed`, `untracked`, `unknown`.

    commit, at: those of its newest change.
    """

    path: str
    state: str
    commit: str = ""
    at: float | None = None
