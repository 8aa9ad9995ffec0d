"""From a template and values to a page: language, who reads, the form's token, the frame.

Jinja is imported when the first page is asked for: a daemon without a dashboard stays small.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import Scope

import shipway
from shipway.api.access import keys
from shipway.api.access.gate import FORM_COOKIE, PRINCIPAL, cookies
from shipway.api.service import Service
from shipway.model.access import Principal, Role
from shipway.web import figures, static
from shipway.web.language import Words, preferred

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def templates() -> Environment:
    """Return the templates' environment: everything is escaped, a missing name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("shipway.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(
        static=static.address,
        version=shipway.__version__,
        Role=Role,
        figures=figures,
        nav=navigation,
    )
    return found


def navigation(project: str) -> tuple[tuple[str, str], ...]:
    """Return a project's pages as (key of the word, address)."""
    base = f"/projects/{project}"
    return (
        ("overview", base),
        ("releases", f"{base}/releases"),
        ("rollouts", f"{base}/rollouts"),
        ("checks", f"{base}/checks"),
        ("environments", f"{base}/environments"),
        ("data", f"{base}/data"),
        ("indicators", f"{base}/indicators"),
        ("incidents", f"{base}/incidents"),
        ("logs", f"{base}/logs"),
    )


def words_of(scope: Scope) -> Words:
    """Return the words in the language of who reads."""
    principal: Principal | None = scope.get(PRINCIPAL)
    if principal is not None and principal.language:
        return Words(principal.language)
    return Words(preferred(Headers(scope=scope).get("accept-language", "")))


def render(scope: Scope, template: str, **values: Any) -> str:
    """Return a template's text."""
    words = words_of(scope)
    principal: Principal | None = scope.get(PRINCIPAL)
    return (
        templates()
        .get_template(template)
        .render(
            t=words,
            say=words.say,
            lang=words.language,
            who=principal,
            may=lambda role: principal is not None and principal.role >= role,
            csrf=_form_token(scope, principal),
            path=scope["path"],
            now=time.time(),
            **{"project": None, "area": "", **values},
        )
    )


def page(
    scope: Scope,
    template: str,
    *,
    code: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """Return a page.  project: whose navigation is shown; area: which entry of it is current."""
    service: Service | None = getattr(getattr(scope.get("app"), "state", None), "service", None)
    projects = (
        [item.name for item in service.world.store.catalog.projects()]
        if service is not None and scope.get(PRINCIPAL) is not None
        else []
    )
    if "project" not in values and len(projects) == 1:
        values["project"] = projects[0]
    text = render(scope, template, projects=projects, **values)
    return HTMLResponse(text, status_code=code, headers=dict(headers or {}))


def _form_token(scope: Scope, principal: Principal | None) -> str:
    """Return what the page's forms carry: of the session, else of the sign-in's own cookie."""
    if principal is not None:
        return principal.csrf or ""
    secret = scope.get("shipway.form") or cookies(Headers(scope=scope)).get(FORM_COOKIE)
    return keys.form_token(secret) if secret else ""
