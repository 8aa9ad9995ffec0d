"""How an environment is: closed, asleep, or there for a branch alone."""

from __future__ import annotations

from typing import Protocol

from shipway.model.maintenance import Closed
from shipway.model.names import EnvironmentId
from shipway.model.preview import Preview
from shipway.model.sleep import Sleep, SleepState


class MaintenancePort(Protocol):
    """Which environments are closed for maintenance."""

    def get(self, environment: EnvironmentId) -> Closed | None:
        """Return since when an environment is closed and for whom not; None: it is open."""
        ...

    def close(self, environment: EnvironmentId, allow: tuple[str, ...], who: str) -> None:
        """Ensure that the environment is closed but for these networks."""
        ...

    def open(self, environment: EnvironmentId) -> None:
        """Ensure that the environment is open."""
        ...


class SleepsPort(Protocol):
    """Which environments are not awake."""

    def get(self, environment: EnvironmentId) -> Sleep | None:
        """Return the environment's sleep, None where it is awake."""
        ...

    def begin(self, environment: EnvironmentId, port: int) -> Sleep:
        """Ensure that the environment sleeps, with its waker on this port."""
        ...

    def advance(self, environment: EnvironmentId, state: SleepState) -> None:
        """Record how far waking is."""
        ...

    def end(self, environment: EnvironmentId) -> None:
        """Ensure that the environment counts as awake."""
        ...


class PreviewsPort(Protocol):
    """Environments for branches."""

    def get(self, environment: EnvironmentId) -> Preview | None:
        """Return the preview, None where the environment is none."""
        ...

    def all(self, project: str | None = None) -> tuple[Preview, ...]:
        """Return the previews, the oldest first."""
        ...

    def put(self, preview: Preview) -> None:
        """Ensure that the preview is known; one that is known gets the new end only."""
        ...

    def copied(self, environment: EnvironmentId) -> None:
        """Record that its data is there, masked."""
        ...

    def remove(self, environment: EnvironmentId) -> None:
        """Ensure that neither the preview nor its environment is known any more."""
        ...
