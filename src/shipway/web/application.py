"""Adds the dashboard's pages to the API's application."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse, Response

from shipway.api.application import STATUS_BY_KIND
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


def add_pages(app: FastAPI) -> None:
    """Add the pages; a Problem on a page is shown as one."""
    for page in PAGES:
        app.include_router(page.router, include_in_schema=False)

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> Response:
        status = STATUS_BY_KIND.get(error.kind, 422)
        if request.url.path.startswith("/api/"):
            return JSONResponse({"problem": error.as_dict()}, status_code=status)
        return refused_page(request.scope, status, error)

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
