"""The way to a service that nobody reaches from outside."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, Who
from shipway.rollout.doors import STORES, Door, doors_of, find_door

router = Routes(prefix="/projects/{project}/environments/{environment}", tags=["console"])


class Wanted(BaseModel):
    """A service, or what it runs; port: another than its usual one.

    again: the same tunnel asks anew, because the instance has gone.
    """

    name: Annotated[str, Field(min_length=1, max_length=64)]
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    again: bool = False


@router.get("/open")
def doors(service: Services, environment: Environment) -> dict[str, Any]:
    """Return which services can be opened, and whether an instance of each runs."""
    return {
        "doors": [
            {"service": door.service, "ports": _ports(door), "running": bool(door.address)}
            for door in doors_of(service.world, environment)
        ]
    }


@router.post("/open")
def open_door(
    service: Services, environment: Environment, who: Who, wanted: Wanted
) -> dict[str, Any]:
    """Return where an instance of the service is reached from the server itself."""
    door = find_door(service.world, environment, wanted.name, wanted.port)
    if not wanted.again:
        service.world.store.audit.add(
            who, "open", environment, details={"service": door.service, "ports": list(door.ports)}
        )
    return {
        "service": door.service,
        "address": door.address,
        "ports": _ports(door),
        "path": door.path,
    }


def _ports(door: Door) -> list[dict[str, Any]]:
    return [{"port": port, "page": port not in STORES} for port in door.ports]
