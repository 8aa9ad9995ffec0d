"""A Problem as a page: what happened, what still works, what to do next."""

from __future__ import annotations

from starlette.responses import HTMLResponse
from starlette.types import Scope

from shipway.errors import Problem
from shipway.web.render import page


def refused_page(scope: Scope, status: int, problem: Problem) -> HTMLResponse:
    """Return the page."""
    return page(scope, "refusal.html", code=status, problem=problem, status_code=status)
