"""People, tokens and the dashboard's listener, for the command line."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, Field

from shipway.api.access.accounts import TOKEN_DAYS_MAX
from shipway.api.access.door import DEFAULT_ADDRESS, url_of
from shipway.api.late import Routes
from shipway.api.routes.common import Asker, Services, Who
from shipway.api.service import Service
from shipway.errors import Problem
from shipway.model.access import ApiToken, Principal, Role, User
from shipway.model.names import ENVIRONMENT_PATTERN, PROJECT_PATTERN

router = Routes(tags=["access"])

RoleWord = Annotated[str, Field(pattern="^(viewer|deployer|admin)$")]
Name = Annotated[str, Path(max_length=64)]
Identifier = Annotated[int, Path(ge=1, le=2**53)]


class Invited(BaseModel):
    """Who is invited; without a name they choose one."""

    name: Annotated[str, Field(max_length=64)] | None = None
    role: RoleWord = "viewer"


class NewRole(BaseModel):
    """A person's new role."""

    role: RoleWord


class NewToken(BaseModel):
    """A token to make.  days: until it ends."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$")]
    project: Annotated[str, Field(pattern=f"^{PROJECT_PATTERN}$")]
    environment: Annotated[str, Field(pattern=f"^{ENVIRONMENT_PATTERN}$")] | None = None
    role: RoleWord = "deployer"
    days: Annotated[int, Field(ge=1, le=TOKEN_DAYS_MAX)] = 90


class Opening(BaseModel):
    """Where to listen: HOST:PORT; public: an address that people use; close: nowhere."""

    address: Annotated[str, Field(max_length=300)] | None = None
    public: Annotated[str, Field(max_length=300, pattern=r"^https?://[^/\s]+$")] | None = None
    close: bool = False


@router.get("/me")
def me(service: Services, asker: Asker) -> dict[str, Any]:
    """Return who asks, and how far they reach.  directory: of a token's project, on the server."""
    project = service.world.store.catalog.project(asker.project) if asker.project else None
    return {
        "directory": project.directory if project else None,
        "name": asker.name,
        "role": asker.role.word,
        "project": asker.project,
        "environment": asker.environment,
    }


@router.get("/users")
def users(service: Services) -> dict[str, Any]:
    """Return everybody who may sign in."""
    return {"users": [user_view(item) for item in service.accounts.store.people.all()]}


@router.post("/users/invite")
def invite(service: Services, who: Who, invited: Invited) -> dict[str, Any]:
    """Return a one-time link, to join or to set a new password."""
    secret, invitation = service.accounts.link(
        who, role=Role.named(invited.role), name=invited.name
    )
    return {
        "name": invitation.name,
        "role": invitation.role.word,
        "path": f"/join/{secret}",
        "url": f"{dashboard_url(service)}/join/{secret}" if dashboard_url(service) else None,
        "expires_at": invitation.expires_at,
    }


@router.post("/users/{name}/role")
def change_role(service: Services, who: Who, name: Name, wanted: NewRole) -> dict[str, Any]:
    """Give a person another role."""
    return user_view(service.accounts.change_role(who, name, Role.named(wanted.role)))


@router.post("/users/{name}/remove")
def remove(service: Services, who: Who, name: Name) -> dict[str, Any]:
    """Remove a person; their sessions end at once."""
    service.accounts.remove(who, name)
    return {"removed": name}


@router.get("/tokens")
def tokens(service: Services, project: str | None = None) -> dict[str, Any]:
    """Return the tokens, never their secrets."""
    found = service.accounts.store.tokens.all(project)
    return {"tokens": [token_view(item, service.world.clock.now()) for item in found]}


@router.post("/tokens")
def create_token(service: Services, asker: Asker, wanted: NewToken) -> dict[str, Any]:
    """Return a new token with its secret, which is shown this once."""
    role = permitted_role(asker, wanted.role)
    if service.world.store.catalog.project(wanted.project) is None:
        raise Problem(
            "no-project", f"{wanted.project} was never deployed here.", hints=["shipway deploy"]
        )
    secret, token = service.accounts.create_token(
        asker.name,
        name=wanted.name,
        role=role,
        project=wanted.project,
        environment=wanted.environment,
        days=wanted.days,
    )
    return {**token_view(token, service.world.clock.now()), "secret": secret}


@router.post("/tokens/{identifier}/revoke")
def revoke(service: Services, who: Who, identifier: Identifier) -> dict[str, Any]:
    """End a token."""
    return token_view(service.accounts.revoke_token(who, identifier), service.world.clock.now())


@router.get("/dashboard")
def dashboard(service: Services) -> dict[str, Any]:
    """Return where the dashboard listens, and whether anybody can sign in."""
    return {
        "address": service.door.address(),
        "url": dashboard_url(service),
        "public": service.door.public(),
        "users": len(service.accounts.store.people.all()),
    }


@router.post("/dashboard")
def open_dashboard(service: Services, who: Who, opening: Opening) -> dict[str, Any]:
    """Open the dashboard's listener, or close it."""
    if opening.close:
        service.door.close()
        service.accounts.audit.add(who, "close-dashboard")
        return dashboard(service)
    before = (service.door.address(), service.door.public())
    address = opening.address or before[0] or DEFAULT_ADDRESS
    public = opening.public or before[1]
    if (address, public) != before:
        service.door.open(address, public)
        service.accounts.audit.add(
            who, "open-dashboard", details={"address": address, "public": public}
        )
    return dashboard(service)


def permitted_role(asker: Principal, word: str) -> Role:
    """Return the role, which is never above the asker's own."""
    role = Role.named(word)
    if role > asker.role:
        raise Problem("forbidden", f"{asker.name} cannot hand out the role {word}.")
    return role


def dashboard_url(service: Service) -> str | None:
    """Return what to type into a browser, None where the dashboard is closed."""
    address = service.door.address()
    return service.door.public() or (url_of(address) if address else None)


def user_view(user: User) -> dict[str, Any]:
    """Return a person."""
    return {
        "name": user.name,
        "role": user.role.word,
        "created_at": user.created_at,
        "created_by": user.created_by,
        "seen_at": user.seen_at,
    }


def token_view(token: ApiToken, now: float) -> dict[str, Any]:
    """Return a token without its secret."""
    state = "revoked" if token.revoked_at else "expired" if token.expires_at <= now else "valid"
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role.word,
        "project": token.project,
        "environment": token.environment,
        "state": state,
        "created_by": token.created_by,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "used_at": token.used_at,
    }
