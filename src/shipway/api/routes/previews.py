"""Previews: environments for branches."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, Who
from shipway.api.views import rollout_view
from shipway.model.addresses import address
from shipway.model.preview import Preview
from shipway.rollout.previews import (
    PreviewRequest,
    create_preview,
    destroy_preview,
    plan_preview,
)

router = Routes(tags=["previews"])


class Wanted(BaseModel):
    """A preview as asked for; see PreviewRequest."""

    directory: Annotated[str, Field(max_length=4096, pattern="^/")]
    branch: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^-\s][^\s]*$")]
    data: Literal["fresh", "masked"] | None = None
    expires_after_s: Annotated[float, Field(gt=0, le=365 * 86_400)] | None = None
    engine: Annotated[str, Field(pattern="^[a-z]+$", max_length=20)] | None = None


@router.post("/preview-plans")
def plan(service: Services, who: Who, wanted: Wanted) -> dict[str, Any]:
    """Return the preview as it would be; changes nothing."""
    preview, known = plan_preview(service.world, PreviewRequest(who=who, **wanted.model_dump()))
    return {**preview_view(preview), "known": known}


@router.post("/previews", status_code=202)
def create(service: Services, who: Who, wanted: Wanted) -> dict[str, Any]:
    """Make or renew a preview; the rollout goes on when the asker goes away."""
    preview, rollout = create_preview(
        service.world,
        service.conductor.begin,
        PreviewRequest(who=who, **wanted.model_dump()),
    )
    return {"preview": preview_view(preview), "rollout": rollout_view(rollout)}


@router.get("/projects/{project}/previews")
def previews(service: Services, project: str) -> dict[str, Any]:
    """Return the project's previews, the oldest first."""
    found = []
    for preview in service.world.store.previews.all(project):
        sleep = service.world.store.sleeps.get(preview.environment)
        live = service.world.store.placements.live(preview.environment)
        found.append(
            {
                **preview_view(preview),
                "live": live.label if live else None,
                "asleep": sleep is not None,
            }
        )
    return {"previews": found}


@router.post("/projects/{project}/previews/{environment}/destroy")
def destroy(service: Services, environment: Environment, who: Who) -> dict[str, Any]:
    """Destroy a preview completely, its data included."""
    removed = destroy_preview(service.world, environment, who)
    return {"destroyed": str(environment), "volumes": list(removed)}


def preview_view(preview: Preview) -> dict[str, Any]:
    """Return a preview."""
    where = preview.host or "127.0.0.1"
    return {
        "project": preview.environment.project,
        "environment": preview.environment.name,
        "branch": preview.branch,
        "from": preview.base,
        "url": f"{address(where, port=preview.port, tls=False)}/",
        "data": "masked" if preview.masked else "fresh",
        "expires_at": preview.expires_at,
        "created_at": preview.created_at,
        "created_by": preview.created_by,
    }
