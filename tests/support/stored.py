"""What tests of stores have in common: a rollout that has begun."""

from __future__ import annotations

from shipway.model.names import EnvironmentId
from shipway.model.records import Rollout, RolloutKind
from shipway.ports_store import Store


def begun(store: Store, environment: EnvironmentId, *, by: str = "kim") -> Rollout:
    """Begin a deploy on the process engine, of no release yet."""
    return store.rollouts.begin(
        environment=environment,
        kind=RolloutKind.DEPLOY,
        engine="process",
        requested_by=by,
        request={},
        release=None,
        previous=None,
    )
