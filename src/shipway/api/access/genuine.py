"""Whether a request really is what it says: our own name, our own pages, our own form.

A stranger's page must neither reach us by rebinding a name nor send what a person who is
signed in did not mean.  Each check raises Refused.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from shipway.api.access import keys
from shipway.api.access.refused import Refused
from shipway.errors import Problem
from shipway.model.access import Principal


def check_host(host: str, public: str | None) -> None:
    """Refuse names that are not ours."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or (public and name == urlsplit(public).hostname):
        return
    try:
        ipaddress.ip_address(name)
    except ValueError:
        raise Refused(
            421,
            Problem(
                "wrong-host",
                "this dashboard does not answer to that name.",
                hints=["shipway dashboard --public https://NAME, on the server"],
            ),
        ) from None


def check_origin(headers: Headers, scope: Scope, public: str | None) -> None:
    """Refuse what another site's page sent."""
    origin = headers.get("origin")
    if origin is None:
        good = headers.get("sec-fetch-site") == "same-origin"
    else:
        own = {f"{scope['scheme']}://{headers.get('host', '')}"}
        if public:
            own.add(public.rstrip("/"))
        good = origin in own
    if not good:
        raise Refused(
            403, Problem("wrong-origin", "this request comes from another site. Nothing changed.")
        )


def check_form(
    headers: Headers, body: bytes, principal: Principal | None, cookie: str | None
) -> None:
    """Refuse a form without the token of the session, or of the form's cookie without one."""
    if principal is not None:
        wanted = principal.csrf
    else:
        wanted = keys.form_token(cookie) if cookie else None
    given = headers.get("x-csrf-token") or _field(headers, body, "csrf")
    if not wanted or not given or not keys.same(wanted, given):
        raise Refused(
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
