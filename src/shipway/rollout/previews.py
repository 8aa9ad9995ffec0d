"""Previews: made for a branch, found by it, gone when their time is over."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.preview import Preview, preview_name
from shipway.model.records import Rollout, RolloutKind
from shipway.rollout.destroy import destroy_environment
from shipway.rollout.requests import RolloutRequest
from shipway.rollout.world import World
from shipway.spec import Spec, load_spec

log = logging.getLogger("shipway.previews")

DAY_S = 86_400.0

Begin = Callable[[RolloutRequest], Rollout]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRequest:
    """A preview as asked for; None: as shipway.yaml says."""

    directory: str
    branch: str
    who: str
    data: str | None = None
    expires_after_s: float | None = None
    engine: str | None = None


def plan_preview(world: World, request: PreviewRequest) -> tuple[Preview, bool]:
    """Return the preview as it would be, and whether it is there already.  Changes nothing.

    Raises Problem `too-many-previews`, `no-port`, `no-masks`, `unknown-environment`.
    """
    spec = load_spec(Path(request.directory))
    settings = spec.previews
    spec.environment(settings.base)
    environment = EnvironmentId(spec.project, preview_name(request.branch))
    now = world.clock.now()
    expires_at = now + (request.expires_after_s or settings.expires_after_s)
    known = world.store.previews.get(environment)
    data = request.data or settings.data
    if known is None:
        _refuse_too_many(world, spec)
        if data == "masked" and not settings.masks:
            raise Problem(
                "no-masks",
                f"a copy of {settings.base}'s data without a single mask is refused. "
                "Nothing was changed.",
                hints=["write previews: {masks: [UPDATE …]} to shipway.yaml", "--data fresh"],
            )
    host = settings.host.replace("{branch}", _label(environment)) if settings.host else None
    if known is not None:
        port, host, masked = known.port, known.host, known.masked
    else:
        base = spec.environment(settings.base)
        port = base.port if host else _free_port(world, settings.ports)
        masked = data == "masked"
    return (
        Preview(
            environment=environment,
            branch=request.branch,
            base=settings.base if known is None else known.base,
            port=port,
            host=host.lower() if host else None,
            masked=masked,
            copied=False,
            sleep_after_s=settings.sleep_after_s if known is None else known.sleep_after_s,
            expires_at=expires_at,
            created_at=now,
            created_by=request.who,
        ),
        known is not None,
    )


def create_preview(world: World, begin: Begin, request: PreviewRequest) -> tuple[Preview, Rollout]:
    """Ensure that the branch has a preview, and begin to bring its newest commit there.

    One that is there gets its newest commit and a new end; its data stays.
    """
    preview, known = plan_preview(world, request)
    world.store.previews.put(preview)
    try:
        rollout = begin(
            RolloutRequest(
                kind=RolloutKind.DEPLOY,
                directory=request.directory,
                environment=preview.environment.name,
                who=request.who,
                ref=request.branch,
                engine=request.engine,
            )
        )
    except Problem:
        if not known:
            world.store.previews.remove(preview.environment)
        raise
    return preview, rollout


def destroy_preview(world: World, environment: EnvironmentId, who: str) -> tuple[str, ...]:
    """Ensure that nothing of the preview is left: instances, routes, volumes, secrets, state.

    What was done stays in the audit trail.  Returns the volumes that were removed.
    """
    if world.store.previews.get(environment) is None:
        names = ", ".join(
            f"{item.environment.name} ({item.branch})"
            for item in world.store.previews.all(environment.project)
        )
        raise Problem(
            "no-preview",
            f"{environment} is no preview (there are: {names or 'none'}). Nothing was changed.",
            hints=["shipway preview list", f"shipway destroy {environment.name}"],
        )
    removed: tuple[str, ...] = ()
    if world.store.catalog.engine_of(environment) is not None:
        removed = destroy_environment(world, environment, who, data=True)
    world.store.previews.remove(environment)
    world.store.audit.add(who, "preview-destroy", environment, details={"volumes": list(removed)})
    return removed


def end_expired(world: World) -> None:
    """Destroy the previews whose time is over; one that a rollout changes waits for its end."""
    now = world.clock.now()
    for preview in world.store.previews.all():
        active = world.store.rollouts.active(preview.environment)
        if preview.expires_at > now or active is not None:
            continue
        try:
            destroy_preview(world, preview.environment, "shipway")
        except Problem as problem:
            log.warning("%s: %s", preview.environment, problem)


def _label(environment: EnvironmentId) -> str:
    return environment.name.removeprefix("preview-")


def _refuse_too_many(world: World, spec: Spec) -> None:
    there = world.store.previews.all(spec.project)
    if len(there) < spec.previews.count_max:
        return
    oldest = min(there, key=lambda item: item.expires_at)
    raise Problem(
        "too-many-previews",
        f"{spec.project} has {len(there)} previews; more than {spec.previews.count_max} are not "
        "allowed. Nothing was changed.",
        hints=[
            f"shipway preview destroy {oldest.branch}, which ends first",
            "previews: {max: …} in shipway.yaml",
        ],
    )


def _free_port(world: World, ports: tuple[int, int]) -> int:
    low, high = ports
    taken = {item.port for item in world.store.previews.all()}
    for port in range(low, high + 1):
        if port not in taken and _is_free(port):
            return port
    raise Problem(
        "no-port",
        f"no port from {low} to {high} is free for a preview. Nothing was changed.",
        hints=["shipway preview list", "previews: {ports: …} in shipway.yaml"],
    )


def _is_free(port: int) -> bool:
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("0.0.0.0", port))  # noqa: S104 - as the ingress will
        except OSError:
            return False
    return True
