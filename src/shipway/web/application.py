"""Adds the dashboard's pages to the API's application."""

from __future__ import annotations

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse, Response

from shipway.api.application import STATUS_BY_KIND
from shipway.api.late import LateFastAPI
from shipway.errors import Problem
from shipway.web import static
from shipway.web.pages import (
    account,
    actions,
    audit,
    data,
    entry,
    environment,
    logs,
    overview,
    people,
    releases,
    rollouts,
    watching,
)
from shipway.web.refusal import refused_page

PAGES = (
    static,
    entry,
    account,
    overview,
    releases,
    rollouts,
    actions,
    environment,
    data,
    watching,
    logs,
    audit,
    people,
)


def add_pages(app: LateFastAPI) -> None:
    """Add the pages; a Problem on a page is shown as one."""
    for page in PAGES:
        app.add(page.router, include_in_schema=False)

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> Response:
        status = STATUS_BY_KIND.get(error.kind, 422)
        if request.url.path.startswith("/api/"):
            return JSONResponse({"problem": error.as_dict()}, status_code=status)
        return refused_page(request.scope, status, error)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _error: Exception) -> Response:  # the server logs it
        problem = Problem(
            "internal-error",
            "Shipway made a mistake here. What serves goes on serving.",
            hints=["shipway daemon log"],
        )
        if request.url.path.startswith("/api/"):
            return JSONResponse({"problem": problem.as_dict()}, status_code=500)
        return refused_page(request.scope, 500, problem)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        detail = [{name: item[name] for name in ("type", "loc", "msg")} for item in error.errors()]
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": detail}, status_code=422)
        said = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in detail
        )
        return refused_page(
            request.scope, 422, Problem("bad-request", f"the request was not understood: {said}.")
        )
