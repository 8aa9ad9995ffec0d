"""A backup run: what was saved in one go, and what was not.

A run that its daemon did not live to end is interrupted, never good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shipway.model.names import EnvironmentId


class RunKind(StrEnum):
    """What a run is for."""

    FULL = "full"  # everything that the environment has
    REDIS = "redis"  # Redis alone, between the full ones
    VERIFY = "verify"  # reading back what the repository holds


class RunState(StrEnum):
    """How a run is."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One source of a run.

    backup: the snapshot's id, None where there is none; problem: why, as Problem.as_dict.
    bytes, files: what it holds, unpacked; added_bytes: what it added to the repository.
    """

    subject: str
    kind: str
    began_at: float
    ended_at: float
    backup: str | None = None
    bytes: int = 0
    files: int = 0
    added_bytes: int | None = None
    problem: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRun:
    """One run.  problem: why nothing could be done at all."""

    id: int
    environment: EnvironmentId
    kind: RunKind
    state: RunState
    requested_by: str
    began_at: float
    ended_at: float | None = None
    parts: tuple[Part, ...] = ()
    problem: Mapping[str, Any] | None = None

    @property
    def failures(self) -> tuple[Mapping[str, Any], ...]:
        """Return all that went wrong."""
        own = (self.problem,) if self.problem else ()
        return (*own, *(part.problem for part in self.parts if part.problem))
