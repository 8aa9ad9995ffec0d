"""What the store keeps: projects, releases, placements, rollouts, and the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shipway.model.lifecycle import PlacementState, RolloutState
from shipway.model.names import EnvironmentId, Scope, release_label
from shipway.model.workload import Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project that was deployed here; `directory` is the owner's working directory."""

    name: str
    directory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A git commit; `at` in seconds since the epoch; `dirty`: the tree had other changes."""

    hash: str
    subject: str
    author: str
    at: float
    ref: str
    dirty: bool = False

    @property
    def short(self) -> str:
        """Return the first eight digits."""
        return self.hash[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Immutable: a commit and its artifacts.  `number` 42 is written `r42`."""

    project: str
    number: int
    commit: Commit
    artifacts: Mapping[str, Artifact]
    created_at: float
    created_by: str

    @property
    def label(self) -> str:
        """Return `r42`."""
        return release_label(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A release in an environment, with its configuration as it was rendered there.

    fingerprint: of the resolved application, which lies in a file of its own (it holds
    values that no database row should).  warm_until: seconds since the epoch.
    restarts: what its instances had counted when it went live, for the soak.
    """

    environment: EnvironmentId
    release: int
    state: PlacementState
    fingerprint: str
    live_since: float | None = None
    retired_at: float | None = None
    warm_until: float | None = None
    jobs_done: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """Return what its instances belong to."""
        return Scope(environment=self.environment, release=self.release)

    @property
    def label(self) -> str:
        """Return `r42`."""
        return release_label(self.release)


class RolloutKind(StrEnum):
    """Why a release comes into an environment."""

    DEPLOY = "deploy"
    PROMOTE = "promote"
    ROLLBACK = "rollback"
    RESTORE = "restore"  # of data: the release stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """One act of bringing a release into an environment.

    release: None until a deploy has built it.  previous: the release that was live when it
    began.  request: what was asked, as given.  problem: why it failed, as Problem.as_dict.
    """

    id: int
    environment: EnvironmentId
    kind: RolloutKind
    state: RolloutState
    engine: str
    requested_by: str
    created_at: float
    request: Mapping[str, Any] = field(default_factory=dict)
    release: int | None = None
    previous: int | None = None
    switched_at: float | None = None
    finished_at: float | None = None
    problem: Mapping[str, Any] | None = None
    abort_requested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressLine:
    """One line of what a rollout tells while it runs.

    kind: step-started, step-done, step-failed, undo-started, undo-done, undo-failed,
    output, note, or finished.  korean: of what Shipway worded itself, where it was known.
    """

    rollout: int
    seq: int
    at: float
    step: str
    kind: str
    text: str
    korean: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what, when, to which project and environment."""

    at: float
    who: str
    action: str
    project: str | None
    environment: str | None
    details: Mapping[str, Any]
