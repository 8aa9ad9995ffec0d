"""Evidence: what a check saw, when, and for which release.

Checks, journeys, drills and people's words all leave it; gates, the dashboard and the
document read it.  A value never changes: looking again makes a new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shipway.model.names import EnvironmentId
from shipway.model.words import Words
from shipway.model.workload import Artifact


class Result(StrEnum):
    """How a check came out; `attested` is a person's word, never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"
    ATTESTED = "attested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one check saw once.

    check: its id, its room first: `live.ports`, `journey.sign-up`, `backup.drill`.
    subject: what of the environment it is about, where one check is made of several things:
    a volume, a service; empty: all of it.
    at: when it was looked, in seconds since the epoch.
    environment: None where it is about the project's files.
    release, artifacts: which release it saw, and `artifacts_mark` of what that is made of;
    none where no release matters.
    says: one sentence with what was seen; figures: the measured values.  Neither ever holds
    a secret.
    by, until: whose word it is, and the last moment at which an attested one counts.
    """

    check: str
    result: Result
    at: float
    project: str
    says: Words
    environment: EnvironmentId | None = None
    subject: str = ""
    release: int | None = None
    artifacts: str | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None
    until: float | None = None

    def __post_init__(self) -> None:
        if self.environment is not None and self.environment.project != self.project:
            raise ValueError(f"{self.environment} is no environment of {self.project}")
        if (self.result is Result.ATTESTED) != (self.by is not None and self.until is not None):
            raise ValueError("what is attested, and nothing else, has a person and an end")

    def holds_at(self, moment: float) -> bool:
        """Return whether it still counts: a person's word ends, what was seen does not."""
        return self.until is None or moment <= self.until


def counted(results: Sequence[Result]) -> str:
    """Return `11 passed, 2 failed`."""
    passed, failed, unlooked, attested = (results.count(item) for item in Result)
    told = (
        (passed, f"{passed} passed"),
        (failed, f"{failed} failed"),
        (unlooked, f"{unlooked} not checked"),
        (attested, f"{attested} attested"),
    )
    return ", ".join(said for count, said in told if count)


def artifacts_mark(artifacts: Mapping[str, Artifact]) -> str:
    """Return what names exactly these artifacts, whatever release they stand in."""
    lines = (f"{name}={item.reference}\n" for name, item in sorted(artifacts.items()))
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"
