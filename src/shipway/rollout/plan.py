"""What a rollout would do, before it does it: for a person to read and say yes to.

Reads git, the spec and the store; changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from shipway import git
from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.names import EnvironmentId, release_label
from shipway.model.records import Commit, Placement, RolloutKind
from shipway.rollout.choice import promotion_source, rollback_target
from shipway.rollout.data_choice import point_before
from shipway.rollout.gates import judge_evidence, judge_files
from shipway.rollout.pipeline import judge_pipeline
from shipway.rollout.requests import RolloutRequest, commit_of, engine_for, refuse_other_commit
from shipway.rollout.resolve import Resolved, resolve, resolve_placed
from shipway.rollout.review import notes_of
from shipway.rollout.run import Run
from shipway.rollout.secrets import changed_names
from shipway.rollout.steps.source import left_out
from shipway.rollout.story import story_of
from shipway.rollout.world import World
from shipway.saga.step import Step
from shipway.spec import differences, load_spec

MIGRATION_PATHS = re.compile(r"(^|/)(migrations?|alembic/versions|prisma/migrations)/.+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A rollout as it would go.

    release: None where it is yet to be built.  live: what serves now.
    changes: how the configuration differs from what is live; built_in: build-time values
    that this environment would want otherwise, but that are baked into the artifacts.
    """

    kind: RolloutKind
    environment: EnvironmentId
    release: str | None
    live: str | None
    commit: Commit
    steps: tuple[str, ...]
    commits: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    built_in: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def plan_rollout(world: World, request: RolloutRequest) -> Plan:
    """Return the plan of a request.  Raises what the rollout itself would refuse with."""
    directory = Path(request.directory)
    environment = EnvironmentId(load_spec(directory).project, request.environment)
    store = world.store
    live = store.placements.live(environment)
    number: int | None = None
    if request.kind is RolloutKind.PROMOTE:
        source = EnvironmentId(environment.project, request.source)
        number = promotion_source(store, source, environment)
    elif request.kind is RolloutKind.ROLLBACK:
        number = rollback_target(store, environment, request.release)
    commit = (
        commit_of(request)
        if number is None
        else store.catalog.release(environment.project, number).commit
    )
    resolved = _resolved(world, request, environment, number, commit)
    app = resolved.app
    engine = engine_for(world, environment, request.engine, app.engine)
    told = _gate(world, request, environment, number, commit)
    live_app = world.applications.get(live.fingerprint) if live else None
    live_commit = store.catalog.release(environment.project, live.release).commit if live else None
    return Plan(
        kind=request.kind,
        environment=environment,
        release=release_label(number) if number else None,
        live=live.label if live else None,
        commit=commit,
        steps=tuple(step.title for step in _steps(request)),
        commits=_commits(directory, live_commit, commit),
        migrations=_migrations(directory, live_commit, commit, request.kind),
        artifacts=_artifacts(world, environment, number, live.release if live else None),
        changes=(
            *_secret_change(world, environment, live, resolved.secrets),
            *(str(item) for item in (differences(live_app, app) if live_app else ())),
        ),
        built_in=_built_in(world, request, environment, app),
        notes=(
            *(left_out(directory, commit) if request.kind is RolloutKind.DEPLOY else ()),
            *_data_notes(world, request, environment, number),
            *notes_of(world.kit(engine).engine, app),
            *told,
        ),
    )


def _gate(
    world: World,
    request: RolloutRequest,
    environment: EnvironmentId,
    number: int | None,
    commit: Commit,
) -> tuple[str, ...]:
    """Return what the gate tells.  Raises Problem `gate-closed`."""
    if request.kind is RolloutKind.DEPLOY:
        tree = world.tree_of(environment.project, commit.hash)
        tree = git.export(Path(request.directory), commit.hash, tree)
        return judge_files(world, tree, environment, request.override)
    if request.kind is RolloutKind.PROMOTE and number is not None:
        source = EnvironmentId(environment.project, request.source)
        refuse_other_commit(world, environment, number, request.commit)
        return (
            *judge_evidence(world, source, number, request.override),
            *judge_pipeline(world, source, environment, number, request.override),
        )
    return ()


def _steps(request: RolloutRequest) -> tuple[Step[Run], ...]:
    data = request.with_data and request.kind is RolloutKind.ROLLBACK
    return story_of(request.kind, {"restore": {"point": ""}} if data else {})


def _data_notes(
    world: World, request: RolloutRequest, environment: EnvironmentId, number: int | None
) -> tuple[str, ...]:
    """Return what a rollback with data would lose."""
    if not request.with_data or number is None:
        return ()
    point = point_before(world, environment, number)
    lost = max(0.0, world.clock.now() - point.at)
    told = f"the data goes back to {point.name}: what was written since, in {lost / 60:.0f} min,"
    return (f"{told} is lost to the application; it stays here as an earlier generation",)


def _resolved(
    world: World,
    request: RolloutRequest,
    environment: EnvironmentId,
    number: int | None,
    commit: Commit,
) -> Resolved:
    if request.kind is RolloutKind.ROLLBACK and number is not None:
        before = resolve_placed(world, environment, number)
        if before is not None:
            return before
    directory = Path(request.directory)
    tree = git.export(directory, commit.hash, world.tree_of(environment.project, commit.hash))
    return resolve(world, environment, tree, directory)


def _secret_change(
    world: World, environment: EnvironmentId, live: Placement | None, new: int | None
) -> tuple[str, ...]:
    """Return in words which version of the secrets comes after which; nothing where the same."""
    if live is None or new is None:
        return ()
    old = world.store.secret_versions.of(environment, live.release) or 0
    if old == new:
        return ()
    names = ", ".join(changed_names(world, environment, old, new)) or "the same values"
    return (f"secrets: version {old} → {new} ({names})",)


def _commits(directory: Path, old: Commit | None, new: Commit) -> tuple[str, ...]:
    if old is None or old.hash == new.hash:
        return ()
    try:
        forward = git.commits_between(directory, old.hash, new.hash)
        back = git.commits_between(directory, new.hash, old.hash)
    except Problem:  # a commit that the repository no longer has: nothing to list
        return ()
    return (*(f"+ {line}" for line in forward), *(f"- {line}" for line in back))


def _migrations(
    directory: Path, old: Commit | None, new: Commit, kind: RolloutKind
) -> tuple[str, ...]:
    """Return the migration files that differ; a rollback does not take them back."""
    if old is None or old.hash == new.hash:
        return ()
    try:
        changed = git.changed_files(directory, old.hash, new.hash)
    except Problem:
        return ()
    files = [path for path in changed if MIGRATION_PATHS.search(path)]
    if kind is RolloutKind.ROLLBACK:
        return tuple(f"{path} (stays applied: a rollback does not undo it)" for path in files)
    return tuple(files)


def _artifacts(
    world: World, environment: EnvironmentId, number: int | None, live: int | None
) -> tuple[str, ...]:
    if number is None:
        return ()
    catalog = world.store.catalog
    new = catalog.release(environment.project, number).artifacts
    old = catalog.release(environment.project, live).artifacts if live else {}
    lines = []
    for name, artifact in sorted(new.items()):
        before = old.get(name)
        if before is None:
            lines.append(f"{name}: {artifact.short} (new)")
        elif before.reference != artifact.reference:
            lines.append(f"{name}: {before.short} → {artifact.short}")
    lines += [f"{name}: removed" for name in sorted(set(old) - set(new))]
    return tuple(lines)


def _built_in(
    world: World, request: RolloutRequest, environment: EnvironmentId, app: Application
) -> tuple[str, ...]:
    """Return build-time variables that differ between the environments of a promotion."""
    if request.kind is not RolloutKind.PROMOTE:
        return ()
    source = world.store.placements.live(EnvironmentId(environment.project, request.source))
    if source is None:
        return ()
    other = world.applications.get(source.fingerprint)
    return built_in_differences(other, app)


def built_in_differences(built_for: Application, wanted: Application) -> tuple[str, ...]:
    """Return a sentence for each build argument that differs between two environments."""
    lines = []
    for service in wanted.services:
        if not service.build:
            continue
        there = next((item for item in built_for.services if item.name == service.name), None)
        if there is None:
            continue
        old, new = _build_args(there.definition), _build_args(service.definition)
        lines += [
            f"{service.name}: {key} was built in for {built_for.environment.name}; "
            f"{wanted.environment.name} wants another value, and a promotion never rebuilds"
            for key in sorted(old.keys() | new.keys())
            if old.get(key) != new.get(key)
        ]
    return tuple(lines)


def _build_args(definition: object) -> dict[str, object]:
    build = definition.get("build") if isinstance(definition, dict) else None
    args = build.get("args") if isinstance(build, dict) else None
    return dict(args) if isinstance(args, dict) else {}
