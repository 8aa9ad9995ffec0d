"""Who can read a project's vault files: sharing, departures, a lost key."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from shipway.api.late import Routes
from shipway.api.routes.common import Services, Who
from shipway.api.routes.secrets import HowMade, Name, OnlyHere, told, waiting_view
from shipway.model.names import EnvironmentId
from shipway.rollout.secrets import rotate_for_departure

router = Routes(tags=["secrets"])

OF = "/projects/{project}/secrets"

Person = Annotated[str, Field(pattern=r"^[\w.@+-]{1,64}$")]


class Share(BaseModel):
    """An operator and a public key of his or hers."""

    name: Person
    key: Annotated[str, Field(max_length=4000)]
    environments: Annotated[list[str], Field(max_length=50)] = []


class Leave(BaseModel):
    """An operator who leaves, and the contract's rules for generated secrets."""

    name: Person
    making: dict[Name, HowMade] = Field(default_factory=dict)


class Recovery(BaseModel):
    """An operator's private key."""

    identity: Annotated[str, Field(max_length=20_000, repr=False)]


@router.post(f"{OF}/share")
def share(service: Services, who: Who, project: str, wanted: Share) -> dict[str, Any]:
    """Let an operator's key open the project's files."""
    EnvironmentId(project, "any")
    entry = service.world.vault.operators.share(
        project, wanted.name, wanted.key, wanted.environments
    )
    service.world.store.audit.add(
        who, "secret-share", project=project, details={"with": entry.name}
    )
    return {"name": entry.name, "environments": list(entry.environments)}


@router.post(f"{OF}/unshare")
def unshare(service: Services, who: Who, project: str, wanted: Leave) -> dict[str, Any]:
    """Close the project's files to an operator."""
    EnvironmentId(project, "any")
    gone = service.world.vault.operators.unshare(project, wanted.name)
    service.world.store.audit.add(
        who, "secret-unshare", project=project, details={"with": gone.name}
    )
    return {"name": gone.name, "left": gone.left}


@router.post(f"{OF}/rotate")
def rotate(service: Services, who: Who, project: str, wanted: Leave) -> dict[str, Any]:
    """Do what can be done when an operator leaves, and say what is left to do."""
    EnvironmentId(project, "any")
    world = service.world
    making = {name: how.making() for name, how in wanted.making.items()}
    departure = rotate_for_departure(world, project, wanted.name, who=who, making=making)
    world.store.audit.add(
        who, "secret-rotate", project=project, details={"left": departure.recipient.name}
    )
    for environment, names in departure.made.items():
        at = EnvironmentId(project, environment)
        told(service.world, who, "secret-generate", at, (names, world.vault.version(at)))
    return {
        "name": departure.recipient.name,
        "left": departure.recipient.left,
        "to_change": {name: list(items) for name, items in departure.source.items()},
        "made": {name: list(items) for name, items in departure.made.items()},
        "waiting": [
            item
            for environment in world.vault.environments(project)
            if (item := waiting_view(world, environment)) is not None
        ],
    }


@router.post("/secrets/recover", dependencies=[OnlyHere])
def recover(service: Services, who: Who, wanted: Recovery) -> dict[str, Any]:
    """Open the files with an operator's private key after the server's own was lost."""
    found = service.world.vault.operators.recover(wanted.identity)
    for environment in found:
        service.world.store.audit.add(who, "secret-recover", environment)
    return {"recovered": [str(item) for item in found]}
