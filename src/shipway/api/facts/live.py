"""What the files say and what is known of what runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shipway.api.facts.backups import seen_backups
from shipway.api.facts.checks import planned, witnessed
from shipway.api.facts.declared import Declared, data_of, declared
from shipway.api.facts.measured import (
    approvals,
    figures,
    incidents,
    levels,
    rollouts_of,
    seen_indicators,
)
from shipway.api.service import Service
from shipway.checks.day import day_of
from shipway.checks.waivers import Waiver
from shipway.documents import Facts
from shipway.documents.application import environment_facts, with_exposure
from shipway.documents.facts import CheckFacts, EnvironmentFacts, ReleaseFacts
from shipway.documents.registers.recommendations import recommendations
from shipway.errors import Problem
from shipway.git import resolve
from shipway.model.application import Application
from shipway.model.logs import LogQuery
from shipway.model.names import EnvironmentId
from shipway.model.records import Release
from shipway.observe.searching import search
from shipway.rollout.choice import earlier_release
from shipway.rollout.overview import environment_status

LINES_LOOKED_AT = 500


def live_facts(service: Service, project: str) -> Facts:
    """Return what a project's files say and what is known of what runs.  Raises Problem."""
    world = service.world
    known = world.store.catalog.project(project)
    if known is None:
        raise Problem("no-project", f"{project} was never deployed here.", hints=["shipway deploy"])
    directory = Path(known.directory)
    at, commit = world.clock.now(), _head(directory)
    files = declared(directory, at=at, commit=commit)
    found = declared(
        directory,
        at=at,
        commit=commit,
        values=lambda name: world.vault.values(EnvironmentId(project, name)),
    )
    environments = tuple(_running(service, project, one) for one in found.facts.environments)
    return _with_evidence(service, project, found, environments, files.facts)


def _with_evidence(
    service: Service,
    project: str,
    found: Declared,
    environments: tuple[EnvironmentFacts, ...],
    files: Facts,
) -> Facts:
    facts = replace(found.facts, live=True, environments=environments, files=files)
    main = facts.main
    rollouts = rollouts_of(service, project)
    checks = _checks(service, project, found, files)
    environment = EnvironmentId(project, main.name) if main is not None else None
    app = (_live_app(service, environment) if environment else None) or found.main
    facts = replace(
        facts,
        checks=checks,
        figures=tuple(figures(rollouts)),
        incidents=incidents(service, project),
        approvals=tuple(approvals(service, project, rollouts)),
    )
    if environment is None or app is None:
        return facts
    saved = seen_backups(service, environment)
    seen = seen_indicators(service, environment, facts.indicators)
    return replace(
        facts,
        backups=saved[0] if saved else facts.backups,
        recovery=saved[1] if saved else facts.recovery,
        indicators=seen,
        levels=levels(app),
        recommendations=tuple(
            recommendations(
                app,
                facts.about.recommendations,
                checks,
                seen,
                structured_logs=_structured(service, environment),
            )
        ),
    )


def _checks(
    service: Service, project: str, found: Declared, files: Facts
) -> tuple[CheckFacts, ...]:
    waivers = [
        Waiver(check=one.check, reason=one.reason, by=one.by, until=one.until)
        for one in found.spec.waivers
    ]
    today = day_of(found.spec, files.at)
    seen = [
        line
        for environment, _engine in service.world.store.catalog.environments(project)
        for line in witnessed(
            service, environment, _app_of(service, found, environment), waivers, today
        )
    ]
    static = [one for one in files.checks if not one.environment]
    rest = list(planned(found.main, seen)) if found.main is not None else []
    return (*static, *seen, *rest)


def _app_of(service: Service, found: Declared, environment: EnvironmentId) -> Application | None:
    loaded = found.loaded.get(environment.name)
    return _live_app(service, environment) or (loaded.app if loaded else None)


def _live_app(service: Service, environment: EnvironmentId) -> Application | None:
    live = service.world.store.placements.live(environment)
    return service.world.applications.get(live.fingerprint) if live is not None else None


def _structured(service: Service, environment: EnvironmentId) -> int:
    """Return how many of the newest lines are JSON objects."""
    query = LogQuery(environment=environment, limit=LINES_LOOKED_AT)
    return sum(1 for entry in search(service.observatory, query) if _is_object(entry.text))


def _is_object(text: str) -> bool:
    if not text.startswith("{"):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _head(directory: Path) -> str:
    try:
        return resolve(directory, "HEAD")[0]
    except Problem:
        return ""


def _running(service: Service, project: str, facts: EnvironmentFacts) -> EnvironmentFacts:
    """Return the environment as it runs; as the files have it where nothing does."""
    environment = EnvironmentId(project, facts.name)
    world = service.world
    engine = world.store.catalog.engine_of(environment)
    if engine is None:
        return facts
    app = _live_app(service, environment)
    if app is not None:
        runs = environment_facts(app, _secrets(service, environment))
        facts = replace(
            runs,
            layers=facts.layers,
            data=data_of(app),
            drifted=not facts.problem and runs != replace(facts, layers=(), data=()),
        )
    now = environment_status(world, environment, engine)
    running = {one.name: one.running for one in now.services}
    earlier = earlier_release(world.store, environment)
    return replace(
        facts,
        engine=engine,
        live=_release(now.live, now.live_since) if now.live else None,
        previous=_release(world.store.catalog.release(project, earlier.release), None)
        if earlier
        else None,
        services=with_exposure(
            (replace(one, running=running.get(one.name)) for one in facts.services),
            _ports_tried(service, environment),
        ),
        problem=now.problem.message if now.problem else facts.problem,
    )


def _secrets(service: Service, environment: EnvironmentId) -> frozenset[str]:
    """Return the secrets of now and those of the live release: none of them may be seen."""
    world = service.world
    live = world.store.placements.live(environment)
    version = world.store.secret_versions.of(environment, live.release) if live else None
    found = set(world.vault.values(environment).values())
    if version:
        found |= set(world.vault.values(environment, version).values())
    return frozenset(found)


def _ports_tried(
    service: Service, environment: EnvironmentId
) -> tuple[Sequence[int], Sequence[int], float] | None:
    """Return (ports tried from outside, those that answered, when); None: never tried."""
    evidence = service.world.store.evidence
    for one in evidence.latest(environment.project, environment, check="live.ports"):
        if "tried" in one.figures:
            return one.figures["tried"], one.figures["open"], one.at
    return None


def _release(release: Release, at: float | None) -> ReleaseFacts:
    return ReleaseFacts(
        label=release.label, commit=release.commit.hash, subject=release.commit.subject, at=at
    )
