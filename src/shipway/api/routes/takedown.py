"""A whole project taken down: the plan, and the act."""

from __future__ import annotations

from typing import Any

from shipway.api.late import Routes
from shipway.api.routes.common import Services, Who
from shipway.rollout.takedown import plan_takedown, take_down

router = Routes(tags=["environments"])


@router.get("/projects/{project}/takedown")
def plan(service: Services, project: str) -> dict[str, Any]:
    """Return what would go with the project; changes nothing."""
    return {
        "project": project,
        "environments": [
            {
                "environment": item.environment.name,
                "engine": item.engine,
                "live": item.live,
                "instances": item.instances,
                "branch": item.branch,
            }
            for item in plan_takedown(service.world, project)
        ],
    }


@router.post("/projects/{project}/destroy")
def destroy(service: Services, project: str, who: Who, *, data: bool = False) -> dict[str, Any]:
    """Take every environment and preview of the project down; volumes go only with `data`."""
    removed = take_down(service.world, project, who, data=data)
    return {
        "destroyed": project,
        "volumes": {item.name: list(volumes) for item, volumes in removed.items()},
    }
