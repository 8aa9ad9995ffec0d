"""What somebody asks for, and what exactly that means at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shipway.errors import Problem
from shipway.model.lifecycle import PlacementState
from shipway.model.names import EnvironmentId
from shipway.model.records import Project, RolloutKind
from shipway.rollout.choice import promotion_source, rollback_target
from shipway.rollout.data_choice import restore_record, restored_release, rollback_record
from shipway.rollout.gates import judge_evidence
from shipway.rollout.steps.source import read_commit
from shipway.rollout.world import World
from shipway.spec import load_spec


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRequest:
    """A deploy, promotion or rollback, as asked.

    directory: the project's, absolute.  ref: the commit to deploy.
    release: for a rollback, None: the earlier one.  source: for a promotion.
    with_data: a rollback brings the data back too, to the moment before the migration.
    at, point, service, beside: of a restore; service None: every database.
    override: the reason for which the gate is passed though it is closed.
    """

    kind: RolloutKind
    directory: str
    environment: str
    who: str
    ref: str = "HEAD"
    release: int | None = None
    source: str = "staging"
    engine: str | None = None
    with_data: bool = False
    at: float | None = None
    point: str | None = None
    service: str | None = None
    beside: bool = False
    override: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The request, made exact: names resolved to a commit and to releases."""

    kind: RolloutKind
    environment: EnvironmentId
    engine: str
    record: Mapping[str, Any]
    release: int | None
    previous: int | None


def prepare(world: World, request: RolloutRequest) -> Prepared:
    """Return what the request means now; raise a Problem where it cannot be."""
    directory = Path(request.directory)
    spec = load_spec(directory)
    environment = EnvironmentId(spec.project, request.environment)
    store = world.store
    store.catalog.register(Project(name=spec.project, directory=str(directory)))
    engine = _engine(world, environment, request.engine, spec.engine)
    record: dict[str, Any] = {"directory": str(directory)}
    if request.override:
        record["override"] = request.override
    release: int | None = None
    if request.kind is RolloutKind.DEPLOY:
        record["commit"] = asdict(read_commit(directory, request.ref))
    elif request.kind is RolloutKind.PROMOTE:
        source = EnvironmentId(spec.project, request.source)
        release = promotion_source(store, source, environment)
        record["source"] = request.source
        _refuse_other_engine(world, source, environment, engine)
        record["told"] = list(judge_evidence(world, source, release, request.override))
    elif request.kind is RolloutKind.RESTORE:
        release = restored_release(store, environment)
        record["restore"] = restore_record(world, request, environment)
    else:
        release = rollback_target(store, environment, request.release)
        if request.with_data:
            record["restore"] = rollback_record(world, environment, release)
    store.catalog.add_environment(environment, engine)
    live = store.placements.live(environment)
    return Prepared(
        kind=request.kind,
        environment=environment,
        engine=engine,
        record=record,
        release=release,
        previous=live.release if live else None,
    )


def engine_for(
    world: World, environment: EnvironmentId, asked: str | None, spec: str | None
) -> str:
    """Return the engine: asked for, else the spec's, else the environment's, else the default."""
    has = world.store.catalog.engine_of(environment)
    return asked or spec or has or world.default_engine


def _engine(world: World, environment: EnvironmentId, asked: str | None, spec: str | None) -> str:
    """Return the engine, taken for the environment; Problem where it runs on another."""
    has = world.store.catalog.engine_of(environment)
    wanted = engine_for(world, environment, asked, spec)
    world.kit(wanted)
    if has is None or has == wanted:
        return wanted
    present = [
        item
        for item in world.store.placements.in_environment(environment)
        if item.state is not PlacementState.REMOVED
    ]
    if present:
        raise Problem(
            "other-engine",
            f"{environment} runs on the engine {has}; it cannot move to {wanted} while it runs. "
            "Nothing was changed.",
            hints=[f"--engine {has}", f"shipway destroy {environment.name}, then deploy again"],
        )
    world.store.catalog.set_engine(environment, wanted)
    return wanted


def _refuse_other_engine(
    world: World, source: EnvironmentId, target: EnvironmentId, engine: str
) -> None:
    has = world.store.catalog.engine_of(source)
    if has != engine:
        raise Problem(
            "other-engine",
            f"{source} runs on the engine {has}, {target} on {engine}: the same artifacts cannot "
            "serve both. Nothing was changed.",
            hints=[f"shipway promote --engine {has}"],
        )
