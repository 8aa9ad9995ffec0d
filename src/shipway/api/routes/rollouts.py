"""Rollouts: planning, beginning, following, aborting and resuming them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from shipway.api.late import Routes
from shipway.api.routes.common import Asker, Services, Who, json_lines
from shipway.api.views import plan_view, progress_view, rollout_view
from shipway.errors import Problem
from shipway.model.access import Role
from shipway.model.names import ENVIRONMENT_PATTERN, SERVICE_PATTERN, EnvironmentId
from shipway.model.records import RolloutKind
from shipway.rollout.plan import plan_rollout
from shipway.rollout.requests import RolloutRequest

router = Routes(tags=["rollouts"])

Environment = Annotated[str, Field(pattern=f"^{ENVIRONMENT_PATTERN}$")]


class Wanted(BaseModel):
    """A rollout as asked for; see RolloutRequest."""

    kind: RolloutKind
    directory: Annotated[str, Field(max_length=4096, pattern="^/")]
    environment: Environment
    ref: Annotated[str, Field(max_length=256)] = "HEAD"
    release: Annotated[int, Field(ge=1)] | None = None
    source: Environment = "staging"
    engine: Annotated[str, Field(pattern="^[a-z]+$", max_length=20)] | None = None
    with_data: bool = False
    at: Annotated[float, Field(gt=0)] | None = None
    point: Annotated[str, Field(max_length=63, pattern="^[A-Za-z0-9._-]+$")] | None = None
    service: Annotated[str, Field(pattern=f"^{SERVICE_PATTERN}$")] | None = None
    beside: bool = False
    of: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=300)]], Field(max_length=50)
    ] = []
    recover: bool = False
    override: Annotated[str, Field(min_length=3, max_length=500)] | None = None
    commit: Annotated[str, Field(pattern="^[0-9a-f]{7,64}$")] | None = None
    fetch: bool = False

    def request(self, who: str) -> RolloutRequest:
        """Return the use case's value."""
        return RolloutRequest(who=who, **{**self.model_dump(), "of": tuple(self.of)})


@router.post("/plans")
def plan(service: Services, who: Who, wanted: Wanted) -> dict[str, Any]:
    """Return what a rollout would do."""
    return plan_view(plan_rollout(service.world, wanted.request(who)))


@router.post("/rollouts", status_code=202)
def begin(service: Services, asker: Asker, wanted: Wanted) -> dict[str, Any]:
    """Begin a rollout; it goes on when the asker goes away."""
    if wanted.kind is RolloutKind.RESTORE and asker.role < Role.ADMIN:
        raise Problem(
            "forbidden",
            f"{asker.name} is a {asker.role.word}; data is restored by an admin."
            " Nothing was changed.",
            hints=[f"shipway users role {asker.name} admin, on the server"],
        )
    return rollout_view(service.conductor.begin(wanted.request(asker.name)))


@router.get("/rollouts")
def recent(
    service: Services,
    project: str | None = None,
    environment: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 20,
) -> dict[str, Any]:
    """Return the latest rollouts, newest first."""
    which = EnvironmentId(project, environment) if project and environment else None
    found = service.world.store.rollouts.recent(environment=which, limit=limit)
    return {"rollouts": [rollout_view(item) for item in found]}


@router.get("/rollouts/{identifier}")
def one(service: Services, identifier: int) -> dict[str, Any]:
    """Return a rollout."""
    return rollout_view(service.world.store.rollouts.get(identifier))


@router.get("/rollouts/{identifier}/progress")
def progress(
    service: Services, identifier: int, after: int = 0, *, follow: bool = True
) -> StreamingResponse:
    """Return what a rollout told, and with `follow` what it tells, as JSON lines.

    The last line is the rollout itself: `{"rollout": …}`.
    """
    rollouts = service.world.store.rollouts
    rollouts.get(identifier)

    def values() -> Iterator[dict[str, Any]]:
        lines = (
            service.conductor.follow(identifier, after)
            if follow
            else iter(rollouts.told(identifier, after))
        )
        for line in lines:
            yield progress_view(line)
        yield {"rollout": rollout_view(rollouts.get(identifier))}

    return json_lines(values())


@router.post("/rollouts/{identifier}/abort")
def abort(service: Services, who: Who, identifier: int) -> dict[str, Any]:
    """Ask a rollout to stop and unwind."""
    return rollout_view(service.conductor.abort(identifier, who))


@router.post("/rollouts/{identifier}/resume")
def resume(service: Services, who: Who, identifier: int) -> dict[str, Any]:
    """Try a stuck rollout again."""
    return rollout_view(service.conductor.resume(identifier, who))
