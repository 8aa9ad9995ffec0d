"""Whose an instance is, and what it is doing: read from its directory, never changed here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shipway.engines.process.layout import Place
from shipway.engines.process.records import read_record
from shipway.engines.process.supervise import State, read_state
from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Health, Instance, InstanceState

ADDRESSED = (InstanceState.RUNNING, InstanceState.STOPPING)
INSTANCES_KEPT = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose instance a place is: `meta.json`."""

    scope: Scope
    service: str
    index: int
    address: str
    artifact: str
    dependencies: str | None


def owner_of(place: Place) -> Owner | None:
    """Return whose instance this is, None where its creation was cut short."""
    try:
        return read_record(place.meta, _owner)
    except (OSError, ValueError):
        return None


def _owner(found: dict[str, Any]) -> Owner:
    environment = EnvironmentId(found["project"], found["environment"])
    return Owner(
        scope=Scope(environment, found["release"]),
        service=found["service"],
        index=found["index"],
        address=found["address"],
        artifact=found["artifact"],
        dependencies=found["dependencies"],
    )


def instance_of(place: Place, owner: Owner | None = None) -> Instance:
    """Return what an instance is doing; `owner` as read before, where it was."""
    owner = owner or owner_of(place)
    if owner is None:
        raise Problem("no-instance", f"{place.id} is not an instance (any more).")
    return _instance(place.id, owner, read_state(place))


@lru_cache(maxsize=INSTANCES_KEPT)
def _instance(identifier: str, owner: Owner, state: State | None) -> Instance:
    """Return the instance.  Pure; most look the same from one question to the next."""
    kind, code = InstanceState.CREATED, None
    if state is not None:
        kind = InstanceState(state.state) if state.alive else InstanceState.EXITED
        code = 137 if state.lost else state.exit_code
    return Instance(
        id=identifier,
        scope=owner.scope,
        service=owner.service,
        index=owner.index,
        state=kind,
        address=owner.address if kind in ADDRESSED else None,
        exit_code=None if kind is InstanceState.RUNNING else code,
        restarts=state.restarts if state else 0,
        started_at=state.started_at if state else None,
        health=Health(state.health) if state and state.alive else Health.NONE,
    )
