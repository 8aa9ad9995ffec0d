"""Which releases are in an environment, in which state, with which secrets."""

from __future__ import annotations

from typing import Protocol

from shipway.model.lifecycle import PlacementEvent
from shipway.model.names import EnvironmentId
from shipway.model.records import Placement


class PlacementsPort(Protocol):
    """Which releases are in an environment, in which state, and which one serves."""

    def place(self, environment: EnvironmentId, release: int, fingerprint: str) -> Placement:
        """Ensure that the release is being brought in."""
        ...

    def advance(
        self,
        environment: EnvironmentId,
        release: int,
        event: PlacementEvent,
        *,
        warm_until: float | None = None,
    ) -> Placement:
        """Apply one event.  Raises IllegalTransition."""
        ...

    def cool(self, environment: EnvironmentId, release: int) -> None:
        """Make a warm placement due to be stopped now."""
        ...

    def get(self, environment: EnvironmentId, release: int) -> Placement | None:
        """Return the placement of a release, or None."""
        ...

    def live(self, environment: EnvironmentId) -> Placement | None:
        """Return the live placement, or None."""
        ...

    def in_environment(self, environment: EnvironmentId) -> tuple[Placement, ...]:
        """Return all placements, the most recently live first."""
        ...

    def job_done(self, environment: EnvironmentId, release: int, job: str) -> None:
        """Record that a job ran to its end."""
        ...

    def jobs_since(self, environment: EnvironmentId, release: int, since: float) -> frozenset[str]:
        """Return the jobs of the release that ran to their end since then."""
        ...

    def forget_jobs(self, environment: EnvironmentId) -> None:
        """Forget which jobs ran: their work is gone with the data."""
        ...

    def serving(self, environment: EnvironmentId) -> int | None:
        """Return the release that the ingress is to send requests to."""
        ...

    def serve(self, environment: EnvironmentId, release: int | None) -> None:
        """Record which release the ingress is to send requests to."""
        ...


class SecretVersionsPort(Protocol):
    """With which version of an environment's secrets each release was brought in."""

    def record(self, environment: EnvironmentId, release: int, version: int) -> None:
        """Record the version that a placement was resolved with.  Idempotent."""
        ...

    def of(self, environment: EnvironmentId, release: int) -> int | None:
        """Return the version that a placement was resolved with; None where none is known."""
        ...
