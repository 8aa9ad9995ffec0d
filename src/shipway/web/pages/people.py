"""People and API tokens: inviting, roles, removing; making and revoking."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, Path, Request
from starlette.responses import Response

from shipway.api.late import Routes
from shipway.api.routes.access import (
    NewToken,
    create_token,
    dashboard_url,
    permitted_role,
    token_view,
)
from shipway.api.routes.common import Asker, Services, Who
from shipway.model.access import Role
from shipway.web.pages.common import go
from shipway.web.render import page

router = Routes()

RoleWord = Annotated[str, Form(pattern="^(viewer|deployer|admin)$")]
Name = Annotated[str, Path(max_length=64)]


@router.get("/people")
def people(request: Request, service: Services) -> Response:
    """Show everybody, and the tokens."""
    return _page(request, service)


@router.post("/people/invite")
def invite(
    request: Request,
    service: Services,
    asker: Asker,
    role: RoleWord,
    name: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Show a new one-time link, once."""
    secret, invitation = service.accounts.link(
        asker.name, role=permitted_role(asker, role), name=name.strip() or None
    )
    return _page(request, service, link=_link(request, service, secret), invitation=invitation)


@router.post("/people/{name}/reset")
def reset(request: Request, service: Services, who: Who, name: Name) -> Response:
    """Show a one-time link for a new password, once."""
    secret, invitation = service.accounts.link(who, role=Role.VIEWER, name=name)
    return _page(request, service, link=_link(request, service, secret), invitation=invitation)


@router.post("/people/{name}/role")
def change_role(service: Services, who: Who, name: Name, role: RoleWord) -> Response:
    """Give a person another role."""
    service.accounts.change_role(who, name, Role.named(role))
    return go("/people")


@router.post("/people/{name}/remove")
def remove(service: Services, who: Who, name: Name) -> Response:
    """Remove a person."""
    service.accounts.remove(who, name)
    return go("/people")


@router.post("/people/tokens")
def make_token(
    request: Request, service: Services, asker: Asker, wanted: Annotated[NewToken, Form()]
) -> Response:
    """Show a new token, once."""
    made = create_token(service, asker, wanted)
    return _page(request, service, token=made)


@router.post("/people/tokens/{identifier}/revoke")
def revoke(
    service: Services, who: Who, identifier: Annotated[int, Path(ge=1, le=2**53)]
) -> Response:
    """End a token."""
    service.accounts.revoke_token(who, identifier)
    return go("/people")


def _page(request: Request, service: Services, **values: Any) -> Response:
    now = service.world.clock.now()
    return page(
        request.scope,
        "people.html",
        area="people",
        users=service.accounts.store.people.all(),
        tokens=[token_view(item, now) for item in service.accounts.store.tokens.all()],
        environments=service.world.store.catalog.environments(),
        **({"link": None, "invitation": None, "token": None} | values),
    )


def _link(request: Request, service: Services, secret: str) -> str:
    base = dashboard_url(service) or str(request.base_url).rstrip("/")
    return f"{base}/join/{secret}"
