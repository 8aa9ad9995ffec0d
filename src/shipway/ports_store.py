"""The port of the store, in small parts: what the use cases ask of Shipway's memory.

All of it is safe to call from several threads.  Writes are on disk when they return.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from shipway.errors import Problem
from shipway.model.evidence import Evidence
from shipway.model.lifecycle import PlacementEvent, RolloutEvent
from shipway.model.maintenance import Closed
from shipway.model.names import EnvironmentId
from shipway.model.preview import Preview
from shipway.model.records import (
    AuditEntry,
    Commit,
    Placement,
    ProgressLine,
    Project,
    Release,
    Rollout,
    RolloutKind,
)
from shipway.model.sleep import Sleep, SleepState
from shipway.model.workload import Artifact
from shipway.saga.journal import Journal


class CatalogPort(Protocol):
    """Projects, environments and releases."""

    def register(self, project: Project) -> None:
        """Ensure that the project is known.  Raises Problem `project-name-taken`."""
        ...

    def move(self, name: str, directory: str) -> None:
        """Record that the project's working directory is now elsewhere."""
        ...

    def project(self, name: str) -> Project | None:
        """Return the project, or None."""
        ...

    def projects(self) -> tuple[Project, ...]:
        """Return all projects by name."""
        ...

    def add_environment(self, environment: EnvironmentId, engine: str) -> None:
        """Ensure that the environment is known."""
        ...

    def set_engine(self, environment: EnvironmentId, engine: str) -> None:
        """Record that the environment is on another engine."""
        ...

    def environments(self, project: str | None = None) -> tuple[tuple[EnvironmentId, str], ...]:
        """Return (environment, engine) pairs."""
        ...

    def engine_of(self, environment: EnvironmentId) -> str | None:
        """Return an environment's engine, or None."""
        ...

    def add_release(
        self,
        *,
        project: str,
        rollout: int,
        commit: Commit,
        artifacts: dict[str, Artifact],
        created_by: str,
    ) -> Release:
        """Ensure that the rollout's release exists, and return it."""
        ...

    def release(self, project: str, number: int) -> Release:
        """Return the release.  Raises Problem `no-release`."""
        ...

    def releases(self, project: str) -> tuple[Release, ...]:
        """Return the releases, newest first."""
        ...


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

    def serving(self, environment: EnvironmentId) -> int | None:
        """Return the release that the ingress is to send requests to."""
        ...

    def serve(self, environment: EnvironmentId, release: int | None) -> None:
        """Record which release the ingress is to send requests to."""
        ...


class RolloutsPort(Protocol):
    """Rollouts, and the one unfinished one that an environment may have."""

    def begin(
        self,
        *,
        environment: EnvironmentId,
        kind: RolloutKind,
        engine: str,
        requested_by: str,
        request: Mapping[str, Any],
        release: int | None,
        previous: int | None,
    ) -> Rollout:
        """Take the environment's lock.  Raises Problem `environment-locked`."""
        ...

    def get(self, identifier: int) -> Rollout:
        """Return the rollout.  Raises Problem `no-rollout`."""
        ...

    def active(self, environment: EnvironmentId) -> Rollout | None:
        """Return the rollout that holds the environment's lock, or None."""
        ...

    def unfinished(self) -> tuple[Rollout, ...]:
        """Return every rollout that holds a lock."""
        ...

    def recent(
        self, *, environment: EnvironmentId | None = None, limit: int = 20
    ) -> tuple[Rollout, ...]:
        """Return the latest rollouts, newest first."""
        ...

    def advance(
        self, identifier: int, event: RolloutEvent, *, problem: Problem | None = None
    ) -> Rollout:
        """Apply one event.  Raises IllegalTransition."""
        ...

    def set_release(self, identifier: int, release: int) -> None:
        """Record which release the rollout brings."""
        ...

    def set_switched(self, identifier: int) -> None:
        """Record the moment of the switch, once."""
        ...

    def request_abort(self, identifier: int) -> None:
        """Record that somebody wants the rollout to stop."""
        ...

    def abort_requested(self, identifier: int) -> bool:
        """Return whether somebody wants the rollout to stop."""
        ...

    def tell(self, identifier: int, lines: Sequence[tuple[str, str, str]]) -> None:
        """Append (step, kind, text) lines of progress."""
        ...

    def told(self, identifier: int, after: int = 0) -> tuple[ProgressLine, ...]:
        """Return the progress after a line's number."""
        ...


class SecretVersionsPort(Protocol):
    """With which version of an environment's secrets each release was brought in."""

    def record(self, environment: EnvironmentId, release: int, version: int) -> None:
        """Record the version that a placement was resolved with.  Idempotent."""
        ...

    def of(self, environment: EnvironmentId, release: int) -> int | None:
        """Return the version that a placement was resolved with; None where none is known."""
        ...


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


class Store(Protocol):
    """Shipway's memory."""

    @property
    def catalog(self) -> CatalogPort:
        """Return projects, environments and releases."""
        ...

    @property
    def placements(self) -> PlacementsPort:
        """Return what is in the environments."""
        ...

    @property
    def rollouts(self) -> RolloutsPort:
        """Return the rollouts."""
        ...

    @property
    def secret_versions(self) -> SecretVersionsPort:
        """Return with which secrets the placements were resolved."""
        ...

    @property
    def previews(self) -> PreviewsPort:
        """Return the environments for branches."""
        ...

    @property
    def sleeps(self) -> SleepsPort:
        """Return which environments are not awake."""
        ...

    @property
    def maintenance(self) -> MaintenancePort:
        """Return which environments are closed."""
        ...

    @property
    def audit(self) -> AuditPort:
        """Return the audit trail."""
        ...

    @property
    def evidence(self) -> EvidencePort:
        """Return what checks saw."""
        ...

    def journal(self, rollout: int) -> Journal:
        """Return the journal of a rollout."""
        ...
