"""The gate in front of the TCP listener: who asks, may they, and is it really them.

In this order: the host's name, the route's need, who asks, the form's token and origin, the
role, the reach.  Invariant: the application behind it is called with a principal, or for a
route that the table opens to everybody; anything else is answered here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shipway.api.access.accounts import Accounts
from shipway.api.access.bodies import read_body, replay
from shipway.api.access.genuine import check_form, check_host, check_origin
from shipway.api.access.headers import with_headers
from shipway.api.access.refused import Refused
from shipway.api.access.table import Need, Table, Target
from shipway.api.access.targets import Asked, reaches
from shipway.errors import Problem
from shipway.model.access import Entrance, Principal, Role
from shipway.ports_store import Store

SESSION_COOKIE = "shipway-session"
FORM_COOKIE = "shipway-form"
PRINCIPAL = "shipway.principal"
NEED = "shipway.need"

RefusedPage = Callable[[Scope, int, Problem], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the gate needs to know.  public: the dashboard's public address, where it has one.

    refused_page: shows a person a Problem with a status.
    """

    table: Table
    accounts: Accounts
    store: Store
    public: Callable[[], str | None]
    refused_page: RefusedPage


class Gate:
    """The application as strangers see it."""

    def __init__(self, app: ASGIApp, setting: Setting) -> None:
        self._app = app
        self._setting = setting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        page = not scope["path"].startswith("/api/")
        sending = with_headers(send)
        try:
            receive = await self._admit(scope, receive)
        except Refused as refused:
            answer = self._answer(scope, refused, page=page)
            await answer(scope, receive, sending)
            return
        await self._app(scope, receive, sending)

    async def _admit(self, scope: Scope, receive: Receive) -> Receive:
        headers = Headers(scope=scope)
        public = self._setting.public()
        check_host(headers.get("host", ""), public)
        found = self._setting.table.find(scope["method"], scope["path"])
        scope[PRINCIPAL] = principal = self._principal(headers)  # a refusal speaks their language
        if found is None:
            if principal is None:
                raise _stranger()
            raise Refused(404, Problem("not-found", "there is nothing at this address."))
        need, path = found
        if principal is None and need.role is not None:
            raise _stranger()
        body = b""
        by_cookie = principal is None or principal.entrance is Entrance.SESSION
        if need.target is Target.BODY or (not need.safe and by_cookie):
            body = await read_body(receive)
            receive = replay(body, receive)
        if not need.safe and by_cookie:
            check_origin(headers, scope, public)
            check_form(headers, body, principal, cookies(headers).get(FORM_COOKIE))
        if need.role is not None and principal is not None:
            self._check_rights(principal, need, Asked(path=path, query=_query(scope), body=body))
        scope[NEED] = need
        return receive

    def _principal(self, headers: Headers) -> Principal | None:
        kind, _, secret = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._setting.accounts.of_token(secret.strip())
        cookie = cookies(headers).get(SESSION_COOKIE)
        return self._setting.accounts.of_session(cookie) if cookie else None

    def _check_rights(self, principal: Principal, need: Need, asked: Asked) -> None:
        assert need.role is not None  # noqa: S101 - asked before
        if need.target is Target.HERE:
            raise Refused(
                403,
                Problem(
                    "only-here",
                    "this is answered on the server itself only. Nothing was changed.",
                    hints=["shipway -H ssh://USER@SERVER …"],
                ),
            )
        if principal.role < need.role:
            raise Refused(
                403,
                Problem(
                    "forbidden",
                    f"{principal.name} is a {principal.role.word}; this needs a "
                    f"{need.role.word}. Nothing was changed.",
                    hints=[f"shipway users role {principal.name} {need.role.word}, on the server"],
                ),
            )
        setting = self._setting
        if not reaches(principal, need.target, asked, setting.store, setting.accounts.store.tokens):
            reach = "/".join(filter(None, (principal.project, principal.environment)))
            raise Refused(
                403,
                Problem(
                    "out-of-reach",
                    f"{principal.name} reaches {reach} only. Nothing was changed.",
                    hints=["shipway token create NAME, on the server, makes another"],
                ),
            )

    def _answer(self, scope: Scope, refused: Refused, *, page: bool) -> Response:
        if not page:
            extra = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else None
            return JSONResponse(
                {"problem": refused.problem.as_dict()}, status_code=refused.status, headers=extra
            )
        if refused.status == 401:
            headers = Headers(scope=scope)
            if headers.get("hx-request") or "text/event-stream" in headers.get("accept", ""):
                return Response(status_code=401, headers={"HX-Redirect": "/login"})
            back = f"?next={quote(scope['path'])}" if scope["method"] == "GET" else ""
            return RedirectResponse(f"/login{back}", status_code=303)
        return self._setting.refused_page(scope, refused.status, refused.problem)


class LocalDoor:
    """The application as the machine's own user sees it, over the unix socket: full rights."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request as an administrator, called as the header says."""
        if scope["type"] == "http":
            said = Headers(scope=scope).get("x-shipway-user", "unknown")[:64]
            name = "".join(letter for letter in said if letter.isprintable()) or "unknown"
            scope[PRINCIPAL] = Principal(name=name, role=Role.ADMIN, entrance=Entrance.SOCKET)
        await self._app(scope, receive, send)


def cookies(headers: Headers) -> dict[str, str]:
    """Return the cookies of a request."""
    return cookie_parser(headers.get("cookie", ""))


def _stranger() -> Refused:
    return Refused(
        401,
        Problem(
            "sign-in-needed",
            "this needs a person who is signed in, or an API token that is valid.",
            hints=["shipway dashboard", "shipway token create NAME"],
        ),
    )


def _query(scope: Scope) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=200))
    except ValueError:
        return {}
