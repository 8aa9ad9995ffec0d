"""Signing in, signing out, and joining by a one-time link."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, Request
from starlette.responses import RedirectResponse, Response

from shipway.api.access import keys
from shipway.api.access.accounts import SESSION_S
from shipway.api.access.gate import FORM_COOKIE, PRINCIPAL, SESSION_COOKIE, cookies
from shipway.api.late import Routes
from shipway.api.routes.common import Asker, Services
from shipway.api.service import Service
from shipway.errors import Problem
from shipway.web.pages.common import go
from shipway.web.render import page, words_of

router = Routes()

Name = Annotated[str, Form(max_length=64)]
Password = Annotated[str, Form(max_length=1000)]


@router.get("/login")
def login(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address says so
    """Ask for name and password."""
    if request.scope.get(PRINCIPAL) is not None:
        return go(_own(next))
    return _with_form_cookie(request, "login.html", next=_own(next), name="", problem=None)


@router.post("/login")
def sign_in(
    request: Request,
    service: Services,
    name: Name,
    password: Password,
    next: Annotated[str, Form(max_length=300)] = "/",  # noqa: A002
) -> Response:
    """Open a session."""
    try:
        secret = service.accounts.sign_in(name.strip(), password, _address(request))
    except Problem as problem:
        status = 429 if problem.kind == "too-many-attempts" else 403
        return _with_form_cookie(
            request, "login.html", code=status, next=_own(next), name=name, problem=problem
        )
    return _signed_in(request, service, secret, _own(next))


@router.get("/join/{secret}")
def joining(request: Request, service: Services, secret: str) -> Response:
    """Ask somebody who has a one-time link for a name and a password."""
    invitation = service.accounts.invitation(secret)
    return _with_form_cookie(
        request,
        "join.html",
        code=200 if invitation else 410,
        invitation=invitation,
        name=(invitation.name or "") if invitation else "",
        problem=None,
    )


@router.post("/join/{secret}")
def join(
    request: Request,
    service: Services,
    secret: str,
    password: Password,
    again: Password,
    name: Name = "",
) -> Response:
    """Use the link, and open a session."""
    invitation = service.accounts.invitation(secret)
    wanted = (invitation.name if invitation else None) or name.strip()
    try:
        if password != again:
            raise Problem("password-differs", words_of(request.scope)("passwords-differ"))
        session = service.accounts.join(secret, wanted, password, _address(request))
    except Problem as problem:
        return _with_form_cookie(
            request,
            "join.html",
            code=422 if invitation else 410,
            invitation=invitation,
            name=wanted,
            problem=problem,
        )
    return _signed_in(request, service, session, "/")


@router.post("/logout")
def sign_out(service: Services, asker: Asker) -> RedirectResponse:
    """End the session."""
    service.accounts.sign_out(asker)
    answer = go("/login")
    answer.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="strict")
    return answer


def _signed_in(request: Request, service: Service, secret: str, where: str) -> RedirectResponse:
    before = cookies(request.headers).get(SESSION_COOKIE)
    if before:  # a session is never taken over by the next
        service.accounts.store.sessions.close(keys.hash_of(before))
    answer = go(where)
    answer.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(SESSION_S),
        path="/",
        httponly=True,
        samesite="strict",
        secure=secure(request, service),
    )
    answer.delete_cookie(FORM_COOKIE, path="/")
    return answer


def secure(request: Request, service: Service) -> bool:
    """Return whether the browser came by HTTPS: to us, or to the proxy in front of us."""
    public = service.door.public() or ""
    return request.url.scheme == "https" or (public == f"https://{request.headers.get('host', '')}")


def _with_form_cookie(
    request: Request, template: str, *, code: int = 200, **values: Any
) -> Response:
    """Return a page with a form for somebody who has no session: a cookie vouches for it."""
    service: Service = request.app.state.service
    given = cookies(request.headers).get(FORM_COOKIE)
    secret = given or keys.new_secret()
    request.scope["shipway.form"] = secret
    answer = page(request.scope, template, code=code, **values)
    if not given:
        answer.set_cookie(
            FORM_COOKIE,
            secret,
            path="/",
            httponly=True,
            samesite="strict",
            secure=secure(request, service),
        )
    return answer


def _own(where: str) -> str:
    """Return an address of this dashboard: never another host's."""
    plain = where.startswith("/") and not where.startswith(("//", "/\\"))
    return where if plain and where.isprintable() else "/"


def _address(request: Request) -> str:
    return request.client.host if request.client else "socket"
