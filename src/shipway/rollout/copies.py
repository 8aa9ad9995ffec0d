"""Images in the application's registry: pushed once built, fetched where a server lost them.

Nothing happens where shipway.yaml names no registry, or where artifacts are no images.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.registry import PUSHED, RegistryLogin
from shipway.model.said import about
from shipway.model.workload import Artifact
from shipway.rollout.run import Run
from shipway.saga.step import Watch


def push_built(
    run: Run, app: Application, artifacts: Mapping[str, Artifact], watch: Watch
) -> dict[str, Artifact]:
    """Return the artifacts with their names in the registry; each image is pushed once."""
    settings, registry = app.registry, run.kit.registry
    if settings is None:
        return dict(artifacts)
    if registry is None:
        run.note("build", f"{run.rollout.engine} has no images: nothing goes to {settings.host}")
        return dict(artifacts)
    login = login_of(run, app)
    names: dict[str, str] = {}
    pushed = {}
    for service, artifact in artifacts.items():
        if not artifact.built:
            pushed[service] = artifact
            continue
        if artifact.reference not in names:
            names[artifact.reference] = registry.push(
                artifact,
                f"{settings.address}/{run.environment.project}/{artifact.service}",
                login,
                deadline_s=watch.remaining_s,
                output=lambda line, service=service: run.output("build", about(service, line)),  # type: ignore[misc]
                cancelled=watch.cancelled,
            )
        facts = {**artifact.facts, PUSHED: names[artifact.reference]}
        pushed[service] = replace(artifact, facts=facts)
    run.note("build", f"{len(names)} images are in {settings.address}")
    return pushed


def fetch_missing(run: Run, app: Application, watch: Watch) -> None:
    """Ensure that the release's images are on the engine, where the registry has them."""
    registry = run.kit.registry
    if app.registry is None or registry is None:
        return
    missing = [
        artifact
        for artifact in run.release.artifacts.values()
        if PUSHED in artifact.facts and not run.kit.builder.exists(artifact)
    ]
    for artifact in missing:
        registry.pull(
            artifact,
            artifact.facts[PUSHED],
            login_of(run, app),
            deadline_s=watch.remaining_s,
            output=lambda line: run.output("services", line),
            cancelled=watch.cancelled,
        )
    if missing:
        run.note("services", f"{len(missing)} images were fetched from {app.registry.address}")


def login_of(run: Run, app: Application) -> RegistryLogin | None:
    """Return who comes in at the registry.  Raises Problem `no-registry-password`."""
    settings = app.registry
    if settings is None or not settings.user:
        return None
    password = run.world.vault.values(run.environment).get(settings.password)
    if not password:
        name = run.environment.name
        raise Problem(
            "no-registry-password",
            f"{settings.user} cannot log in at {settings.host}: the vault of {name} has no"
            f" {settings.password}.",
            hints=[f"shipway secret set {settings.password} -e {name}"],
        )
    return RegistryLogin(host=settings.host, user=settings.user, password=password)
