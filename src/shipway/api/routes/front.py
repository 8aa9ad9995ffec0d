"""The front door: certificates, and closing environments for maintenance."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, Who
from shipway.rollout.issuing import renew
from shipway.rollout.maintenance import close, reopen
from shipway.rollout.naming import certificate_overview

router = Routes(tags=["front door"])
PLACE = "/projects/{project}/environments/{environment}"


class Asked(BaseModel):
    """Certificates, by name; none: all."""

    ids: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=500)] = []


class Closing(BaseModel):
    """Networks that are let through."""

    allow: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)] = []


@router.get("/certificates")
def certificates(service: Services, *, dns: bool = True) -> dict[str, Any]:
    """Return what is wanted and what is there; with `dns`, where the names lead."""
    return {"certificates": certificate_overview(service.world, dns=dns)}


@router.post("/certificates/renew")
def renew_now(service: Services, who: Who, asked: Asked) -> dict[str, Any]:
    """Order certificates now; what became of each."""
    service.world.store.audit.add(who, "renew-certificates", details={"ids": asked.ids})
    found = renew(service.world, tuple(asked.ids))
    return {
        "certificates": [
            {"id": name, "problem": None if problem is None else problem.as_dict()}
            for name, problem in found.items()
        ]
    }


@router.get(PLACE + "/maintenance")
def maintenance(service: Services, environment: Environment) -> dict[str, Any]:
    """Return whether the environment is closed."""
    found = service.world.store.maintenance.get(environment)
    if found is None:
        return {"on": False}
    return {"on": True, "allow": list(found.allow), "since": found.since, "who": found.who}


@router.post(PLACE + "/maintenance")
def maintenance_on(
    service: Services, environment: Environment, who: Who, closing: Closing
) -> dict[str, Any]:
    """Close the environment but for some networks."""
    service.live(environment)
    close(service.world, environment, tuple(closing.allow), who)
    return maintenance(service, environment)


@router.post(PLACE + "/maintenance/end")
def maintenance_off(service: Services, environment: Environment, who: Who) -> dict[str, Any]:
    """Open the environment again."""
    reopen(service.world, environment, who)
    return maintenance(service, environment)
