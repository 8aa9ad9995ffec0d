"""Artifacts: built, or reused where nothing changed; and the release that they make."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from shipway.model.application import Application, Service
from shipway.model.said import about
from shipway.model.workload import Artifact
from shipway.ports import BuildRequest
from shipway.rollout.copies import login_of, push_built
from shipway.rollout.run import Run
from shipway.saga.step import Step, Watch

PARALLEL_BUILDS = 2


def build_release(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Ensure that every service's artifact exists, and that the release does."""
    app = run.app
    artifacts = push_built(run, app, build_all(run, app, watch), watch)
    release = run.world.store.catalog.add_release(
        project=run.environment.project,
        rollout=run.rollout.id,
        commit=run.commit,
        artifacts=artifacts,
        created_by=run.rollout.requested_by,
    )
    run.world.store.rollouts.set_release(run.rollout.id, release.number)
    run.rollout = replace(run.rollout, release=release.number)
    run.note("build", f"release {release.label}")
    return {"release": release.number}


def build_all(run: Run, app: Application, watch: Watch) -> dict[str, Artifact]:
    """Return each service's artifact; services with the same build share one."""
    groups: dict[str, list[Service]] = {}
    for service in app.services:
        groups.setdefault(build_key(service), []).append(service)
    with ThreadPoolExecutor(PARALLEL_BUILDS, thread_name_prefix="build") as pool:
        built = list(
            pool.map(lambda members: _build_one(run, app, members[0], watch), groups.values())
        )
    artifacts: dict[str, Artifact] = {}
    for members, artifact in zip(groups.values(), built, strict=True):
        for service in members:
            artifacts[service.name] = replace(artifact, service=service.name)
    return artifacts


def build_key(service: Service) -> str:
    """Return what tells apart what has to be built, or fetched, for a service."""
    definition = service.definition
    wanted = {"build": definition["build"]} if service.build else {"image": definition.get("image")}
    return json.dumps(wanted, sort_keys=True)


def _build_one(run: Run, app: Application, service: Service, watch: Watch) -> Artifact:
    request = BuildRequest(
        project=run.environment.project,
        service=service.name,
        commit=run.commit.hash,
        source=run.source,
        definition=service.definition,
        secrets=app.secrets,
        login=login_of(run, app),
        deadline_s=min(app.policy.build_deadline_s, watch.remaining_s),
    )
    return run.kit.builder.build(
        request,
        output=lambda line: run.output("build", about(service.name, line)),
        cancelled=watch.cancelled,
    )


STEP = Step(
    name="build",
    title="build, or reuse what is built",
    do=build_release,
    stays="what was built stays, for the next try",
    deadline_s=3600.0,
)
