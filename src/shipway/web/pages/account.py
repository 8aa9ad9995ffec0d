"""A person's own settings: language and password."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from starlette.responses import Response

from shipway.api.late import Routes
from shipway.api.routes.common import Asker, Services
from shipway.errors import Problem
from shipway.model.access import Entrance
from shipway.web.pages.common import go
from shipway.web.render import page, words_of

router = Routes()

Password = Annotated[str, Form(max_length=1000)]


@router.get("/account")
def account(request: Request, saved: str = "") -> Response:
    """Show them."""
    return page(request.scope, "account.html", area="account", problem=None, saved=saved[:20])


@router.post("/account/language")
def language(
    service: Services,
    asker: Asker,
    language: Annotated[str, Form(pattern="^(ko|en)$")],
) -> Response:
    """Keep the language."""
    if asker.entrance is Entrance.SESSION:
        service.accounts.store.people.change(asker.name, language=language)
    return go("/account?saved=language")


@router.post("/account/password")
def password(
    request: Request, service: Services, asker: Asker, old: Password, new: Password, again: Password
) -> Response:
    """Set a new password."""
    try:
        if new != again:
            raise Problem("password-differs", words_of(request.scope)("passwords-differ"))
        address = request.client.host if request.client else "socket"
        service.accounts.change_password(asker, old, new, address)
    except Problem as problem:
        return page(
            request.scope, "account.html", code=422, area="account", problem=problem, saved=""
        )
    return go("/account?saved=password")
