"""The lifecycles: of a rollout, and of a placement (a release in an environment).

Each is a StrEnum, a TRANSITIONS table and `advance`.  The store's CHECK constraints list
the same states.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar


class IllegalTransition(Exception):  # noqa: N818 - a defect, never shown as a user's error
    """An event that must not happen in this state."""


class RolloutState(StrEnum):
    """Where a rollout stands."""

    RUNNING = "running"
    UNWINDING = "unwinding"  # a step failed or somebody aborted: undoing what was done
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # everything undone; the earlier release serves
    STUCK = "stuck"  # undoing, or the last step, failed: `resume` tries again

    @property
    def active(self) -> bool:
        """Return whether it holds its environment's lock."""
        return self in {RolloutState.RUNNING, RolloutState.UNWINDING, RolloutState.STUCK}


class RolloutEvent(StrEnum):
    """What happens to a rollout."""

    SUCCEED = "succeed"
    UNWIND = "unwind"
    UNWOUND = "unwound"
    STICK = "stick"
    RESUME = "resume"


ROLLOUT_TRANSITIONS: Mapping[tuple[RolloutState, RolloutEvent], RolloutState] = {
    (RolloutState.RUNNING, RolloutEvent.SUCCEED): RolloutState.SUCCEEDED,
    (RolloutState.RUNNING, RolloutEvent.UNWIND): RolloutState.UNWINDING,
    (RolloutState.UNWINDING, RolloutEvent.UNWOUND): RolloutState.FAILED,
    (RolloutState.UNWINDING, RolloutEvent.STICK): RolloutState.STUCK,
    (RolloutState.RUNNING, RolloutEvent.STICK): RolloutState.STUCK,
    (RolloutState.STUCK, RolloutEvent.RESUME): RolloutState.RUNNING,
    (RolloutState.UNWINDING, RolloutEvent.UNWIND): RolloutState.UNWINDING,
}


class PlacementState(StrEnum):
    """What a release is in an environment."""

    STARTING = "starting"  # a rollout brings it in
    LIVE = "live"  # gets the traffic; at most one in an environment
    WARM = "warm"  # earlier release, still running: an instant way back
    STOPPING = "stopping"  # draining its last connections, then stopping
    STOPPED = "stopped"  # earlier release, kept for a rollback
    REMOVED = "removed"  # nothing of it is left here


class PlacementEvent(StrEnum):
    """What happens to a placement."""

    START = "start"
    GO_LIVE = "go-live"
    RETIRE = "retire"
    STOP = "stop"
    STOPPED = "stopped"
    REMOVE = "remove"


PLACEMENT_TRANSITIONS: Mapping[tuple[PlacementState, PlacementEvent], PlacementState] = {
    (PlacementState.STARTING, PlacementEvent.START): PlacementState.STARTING,
    (PlacementState.STARTING, PlacementEvent.GO_LIVE): PlacementState.LIVE,
    (PlacementState.STARTING, PlacementEvent.STOPPED): PlacementState.STOPPED,
    (PlacementState.STARTING, PlacementEvent.RETIRE): PlacementState.WARM,
    (PlacementState.STARTING, PlacementEvent.REMOVE): PlacementState.REMOVED,
    (PlacementState.LIVE, PlacementEvent.START): PlacementState.LIVE,
    (PlacementState.LIVE, PlacementEvent.GO_LIVE): PlacementState.LIVE,
    (PlacementState.LIVE, PlacementEvent.RETIRE): PlacementState.WARM,
    (PlacementState.LIVE, PlacementEvent.REMOVE): PlacementState.REMOVED,
    (PlacementState.WARM, PlacementEvent.START): PlacementState.STARTING,
    (PlacementState.WARM, PlacementEvent.STOP): PlacementState.STOPPING,
    (PlacementState.WARM, PlacementEvent.REMOVE): PlacementState.REMOVED,
    (PlacementState.STOPPING, PlacementEvent.START): PlacementState.STARTING,
    (PlacementState.STOPPING, PlacementEvent.STOPPED): PlacementState.STOPPED,
    (PlacementState.STOPPING, PlacementEvent.REMOVE): PlacementState.REMOVED,
    (PlacementState.STOPPED, PlacementEvent.START): PlacementState.STARTING,
    (PlacementState.STOPPED, PlacementEvent.REMOVE): PlacementState.REMOVED,
    (PlacementState.REMOVED, PlacementEvent.START): PlacementState.STARTING,
    (PlacementState.REMOVED, PlacementEvent.REMOVE): PlacementState.REMOVED,
}

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def advance(table: Mapping[tuple[S, E], S], state: S, event: E) -> S:
    """Return the state that follows, or raise IllegalTransition."""
    try:
        return table[state, event]
    except KeyError:
        raise IllegalTransition(f"{event} in state {state}") from None
