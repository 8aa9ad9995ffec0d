"""What somebody asks for, and what exactly that means at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shipway import git
from shipway.errors import Problem
from shipway.model.lifecycle import PlacementState
from shipway.model.names import EnvironmentId, release_label
from shipway.model.records import Commit, Project, RolloutKind
from shipway.model.said import korean_of
from shipway.rollout.choice import promotion_source, rollback_target
from shipway.rollout.data_choice import restore_record, restored_release, rollback_record
from shipway.rollout.gates import judge_evidence
from shipway.rollout.pipeline import judge_pipeline
from shipway.rollout.steps.source import read_commit
from shipway.rollout.world import World
from shipway.spec import load_spec


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRequest:
    """A deploy, promotion or rollback, as asked.

    directory: the project's, absolute.  ref: the commit to deploy.
    release: for a rollback, None: the earlier one.  source: for a promotion.
    with_data: a rollback brings the data back too, to the moment before that rollout.
    at, point, service, beside: of a restore; service None: every database.
    of: the backups or sources that a restore puts into place, which are no databases;
    recover: all of them, the newest, on a machine that begins anew.
    override: the reason for which the gate is passed though it is closed.
    commit: a promotion of any other commit than this one is refused.
    fetch: the repository asks its remote for the commit first.
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
    of: tuple[str, ...] = ()
    recover: bool = False
    override: str | None = None
    commit: str | None = None
    fetch: bool = False


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
        commit = commit_of(request)
        _refuse_undeclared(world, environment, directory, commit)
        record["commit"] = asdict(commit)
    elif request.kind is RolloutKind.PROMOTE:
        source = EnvironmentId(spec.project, request.source)
        release = promotion_source(store, source, environment)
        record["source"] = request.source
        _refuse_other_engine(world, source, environment, engine)
        refuse_other_commit(world, environment, release, request.commit)
        told = [
            *judge_evidence(world, source, release, request.override),
            *judge_pipeline(world, source, environment, release, request.override),
        ]
        record["told"] = told
        record["korean"] = {line: korean for line in told if (korean := korean_of(line))}
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


def _refuse_undeclared(
    world: World, environment: EnvironmentId, directory: Path, commit: Commit
) -> None:
    """Refuse a mistyped environment before anything remembers it.

    Declared is what shipway.yaml says in the project's directory, or in the commit.
    """
    known = world.store.catalog.engine_of(environment) is not None
    preview = world.store.previews.get(environment) is not None
    if known or preview or environment.name in load_spec(directory).environments:
        return
    tree = git.export(directory, commit.hash, world.tree_of(environment.project, commit.hash))
    load_spec(tree, named=directory).environment(environment.name)


def commit_of(request: RolloutRequest) -> Commit:
    """Return the commit that a deploy means, fetched before where that was asked for."""
    directory = Path(request.directory)
    if not request.fetch:
        return read_commit(directory, request.ref)
    git.fetch(directory)
    return read_commit(directory, git.remote_name(directory, request.ref))


def refuse_other_commit(
    world: World, environment: EnvironmentId, release: int, wanted: str | None
) -> None:
    """Refuse to promote what is not the commit that was asked for: staging may have moved on."""
    commit = world.store.catalog.release(environment.project, release).commit
    if wanted is None or commit.hash.startswith(wanted):
        return
    raise Problem(
        "other-commit",
        f"staged is {release_label(release)} of commit {commit.short}, not {wanted[:8]}. "
        "Nothing was changed.",
        hints=[f"shipway deploy --ref {wanted[:8]}, then promote", "shipway releases"],
    )


def engine_for(
    world: World, environment: EnvironmentId, asked: str | None, spec: str | None
) -> str:
    """Return the engine: asked for, else the spec's, else the environment's, else the default.

    A new environment runs where the project's others do: their artifacts are to serve in it.
    """
    has = world.store.catalog.engine_of(environment)
    others = {
        engine
        for other, engine in world.store.catalog.environments()
        if other.project == environment.project
    }
    beside = others.pop() if len(others) == 1 else None
    return asked or spec or has or beside or world.default_engine


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
