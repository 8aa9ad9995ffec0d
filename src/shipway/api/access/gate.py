"""The gate in front of the TCP listener: who asks, may they, and is it really them.

In this order: the host's name, the route's need, who asks, the form's token and origin, the
role, the reach.  Invariant: the application behind it is called with a principal, or for a
route that the table opens to everybody; anything else is answered here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shipway.api.access import keys
from shipway.api.access.accounts import Accounts
from shipway.api.access.table import Need, Table, Target
from shipway.api.access.targets import Asked, reaches
from shipway.errors import Problem
from shipway.model.access import Entrance, Principal, Role
from shipway.ports_store import Store

SESSION_COOKIE = "shipway-session"
FORM_COOKIE = "shipway-form"
PRINCIPAL = "shipway.principal"
NEED = "shipway.need"
BODY_BYTES_MAX = 1024 * 1024

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not no-referrer: a browser would send `Origin: null` with forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

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


class _Refused(Exception):  # noqa: N818 - an answer, not an error
    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem.message)
        self.status = status
        self.problem = problem


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
        sending = _with_headers(send)
        try:
            receive = await self._admit(scope, receive)
        except _Refused as refused:
            answer = self._answer(scope, refused, page=page)
            await answer(scope, receive, sending)
            return
        await self._app(scope, receive, sending)

    async def _admit(self, scope: Scope, receive: Receive) -> Receive:
        headers = Headers(scope=scope)
        public = self._setting.public()
        _check_host(headers.get("host", ""), public)
        found = self._setting.table.find(scope["method"], scope["path"])
        principal = self._principal(headers)
        if found is None:
            if principal is None:
                raise _stranger()
            raise _Refused(404, Problem("not-found", "there is nothing at this address."))
        need, path = found
        if principal is None and need.role is not None:
            raise _stranger()
        body = b""
        by_cookie = principal is None or principal.entrance is Entrance.SESSION
        if need.target is Target.BODY or (not need.safe and by_cookie):
            body = await _read(receive)
            receive = _replay(body, receive)
        if not need.safe and by_cookie:
            _check_origin(headers, scope, public)
            _check_form(headers, body, principal)
        if need.role is not None and principal is not None:
            self._check_rights(principal, need, Asked(path=path, query=_query(scope), body=body))
        scope[PRINCIPAL], scope[NEED] = principal, need
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
            raise _Refused(
                403,
                Problem(
                    "only-here",
                    "this is answered on the server itself only. Nothing was changed.",
                    hints=["shipway -H ssh://USER@SERVER …"],
                ),
            )
        if principal.role < need.role:
            raise _Refused(
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
            raise _Refused(
                403,
                Problem(
                    "out-of-reach",
                    f"{principal.name} reaches {reach} only. Nothing was changed.",
                    hints=["shipway token create NAME, on the server, makes another"],
                ),
            )

    def _answer(self, scope: Scope, refused: _Refused, *, page: bool) -> Response:
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


def _stranger() -> _Refused:
    return _Refused(
        401,
        Problem(
            "sign-in-needed",
            "this needs a person who is signed in, or an API token that is valid.",
            hints=["shipway dashboard", "shipway token create NAME"],
        ),
    )


def _check_host(host: str, public: str | None) -> None:
    """Refuse names that are not ours: a stranger's page must not reach us by rebinding one."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or (public and name == urlsplit(public).hostname):
        return
    try:
        ipaddress.ip_address(name)
    except ValueError:
        raise _Refused(
            421,
            Problem(
                "wrong-host",
                "this dashboard does not answer to that name.",
                hints=["shipway dashboard --public https://NAME, on the server"],
            ),
        ) from None


def _check_origin(headers: Headers, scope: Scope, public: str | None) -> None:
    origin = headers.get("origin")
    if origin is None:
        good = headers.get("sec-fetch-site") == "same-origin"
    else:
        own = {f"{scope['scheme']}://{headers.get('host', '')}"}
        if public:
            own.add(public.rstrip("/"))
        good = origin in own
    if not good:
        raise _Refused(
            403, Problem("wrong-origin", "this request comes from another site. Nothing changed.")
        )


def _check_form(headers: Headers, body: bytes, principal: Principal | None) -> None:
    if principal is not None:
        wanted = principal.csrf
    else:
        cookie = cookies(headers).get(FORM_COOKIE)
        wanted = keys.form_token(cookie) if cookie else None
    given = headers.get("x-csrf-token") or _field(headers, body, "csrf")
    if not wanted or not given or not keys.same(wanted, given):
        raise _Refused(
            403,
            Problem(
                "form-expired",
                "this form is no longer valid: load the page again. Nothing was changed.",
            ),
        )


def _field(headers: Headers, body: bytes, name: str) -> str | None:
    if not headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=200)
    except ValueError:
        return None
    return dict(pairs).get(name)


def _query(scope: Scope) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=200))
    except ValueError:
        return {}


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES_MAX:
            raise _Refused(413, Problem("too-large", "this request is larger than 1 MB."))
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes, rest: Receive) -> Receive:
    """Return a `receive` that gives the body once, then what comes after it."""
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return await rest()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
