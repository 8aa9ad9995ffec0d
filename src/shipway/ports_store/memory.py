"""What was done and what was seen: the audit trail and the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from shipway.model.evidence import Evidence
from shipway.model.names import EnvironmentId
from shipway.model.records import AuditEntry


class AuditPort(Protocol):
    """The audit trail."""

    def add(
        self,
        who: str,
        action: str,
        environment: EnvironmentId | None = None,
        *,
        project: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Append one entry."""
        ...

    def recent(
        self, *, project: str | None = None, environment: str | None = None, limit: int = 50
    ) -> tuple[AuditEntry, ...]:
        """Return the latest entries, newest first."""
        ...


class EvidencePort(Protocol):
    """What checks, journeys, drills and people left behind."""

    def add(self, found: Sequence[Evidence]) -> None:
        """Append, all or nothing.  The project and the environment must be known."""
        ...

    def latest(
        self,
        project: str,
        environment: EnvironmentId | None,
        *,
        check: str | None = None,
        artifacts: str | None = None,
    ) -> tuple[Evidence, ...]:
        """Return the newest of each check and subject.

        environment None: about the project's files.  check: an id, or the room before its
        point (`journey`: all journeys).  artifacts: only for exactly these (`artifacts_mark`).
        """
        ...

    def attested(
        self, project: str, environment: EnvironmentId | None, *, now: float
    ) -> tuple[Evidence, ...]:
        """Return the newest word of a person on each check and subject that still counts.

        It is found also where the check was made since and knew nothing.
        """
        ...

    def history(
        self,
        project: str,
        environment: EnvironmentId | None,
        check: str,
        *,
        subject: str = "",
        limit: int = 50,
    ) -> tuple[Evidence, ...]:
        """Return what a check saw, the newest first."""
        ...

    def prune(self, now: float, *, kept_s: float = ..., kept_each: int = ...) -> int:
        """Remove old evidence, never the newest of a check and subject; return how many."""
        ...
