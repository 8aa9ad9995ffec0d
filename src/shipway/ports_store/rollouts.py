"""Rollouts: one that holds an environment's lock, and what each one told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from shipway.errors import Problem
from shipway.model.lifecycle import RolloutEvent
from shipway.model.names import EnvironmentId
from shipway.model.records import ProgressLine, Rollout, RolloutKind


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
        """Append (step, kind, text) lines of progress; of what is Said, its Korean too."""
        ...

    def told(self, identifier: int, after: int = 0) -> tuple[ProgressLine, ...]:
        """Return the progress after a line's number."""
        ...
