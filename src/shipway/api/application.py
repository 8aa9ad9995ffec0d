"""The API's routes, as one ASGI application.

Errors are Problems in JSON with a status that fits; streams are lines of JSON.
"""

from __future__ import annotations

import errno
import os

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

import shipway
from shipway.api.access.guard import guard
from shipway.api.late import LateFastAPI
from shipway.api.routes import (
    access,
    backups,
    checks,
    console,
    documents,
    doors,
    environments,
    front,
    journeys,
    logbook,
    machine,
    observe,
    previews,
    restores,
    rollouts,
    secret_people,
    secrets,
    sleep,
    takedown,
    variables,
)
from shipway.api.service import Service
from shipway.errors import Problem

DISK_FAULTS = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS))
STATUS_BY_KIND = {
    "environment-locked": 409,
    "busy": 409,
    "no-preview": 404,
    "too-many-previews": 409,
    "production-stays-awake": 409,
    "rollout-finished": 409,
    "already-live": 409,
    "project-name-taken": 409,
    "route-taken": 409,
    "no-rollout": 404,
    "no-release": 404,
    "no-instance": 404,
    "no-service": 404,
    "no-environment": 404,
    "nothing-live": 404,
    "no-project": 404,
    "no-incident": 404,
    "no-silence": 404,
    "incident-over": 409,
    "no-journey": 404,
    "no-secret": 404,
    "no-secret-version": 404,
    "no-recipient": 404,
    "recipient-taken": 409,
    "only-here": 403,
    "forbidden": 403,
    "no-backup": 404,
    "no-generation": 404,
    "generation-live": 409,
    "no-backup-run": 404,
    "backup-runs": 409,
    "no-user": 404,
    "no-token": 404,
    "no-certificate": 404,
    "not-found": 404,
    "sign-in-needed": 401,
    "wrong-password": 403,
    "too-many-attempts": 429,
    "last-admin": 409,
    "token-name-taken": 409,
    "name-taken": 409,
    "gate-closed": 409,
    "checks-busy": 409,
    "engine-unavailable": 503,
    "internal-error": 500,
}


def create_application(service: Service) -> LateFastAPI:
    """Return the ASGI application over the daemon's use cases."""
    app = LateFastAPI(
        title="Shipway",
        version=shipway.__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(guard)],
    )
    app.state.service = service
    for routes in (
        access,
        backups,
        machine,
        environments,
        rollouts,
        console,
        logbook,
        observe,
        journeys,
        checks,
        restores,
        secrets,
        secret_people,
        sleep,
        doors,
        previews,
        takedown,
        documents,
        variables,
        front,
    ):
        app.add(routes.router, prefix="/api/v1")

    @app.exception_handler(Problem)
    async def problem(_request: Request, error: Problem) -> JSONResponse:
        return JSONResponse(
            {"problem": error.as_dict()}, status_code=STATUS_BY_KIND.get(error.kind, 422)
        )

    @app.exception_handler(OSError)
    async def unwritten(_request: Request, error: OSError) -> JSONResponse:
        if error.errno not in DISK_FAULTS:
            raise error
        full = Problem(
            "disk-full",
            f"Shipway's files cannot be written: {os.strerror(error.errno or 0)}. What runs goes "
            "on serving.",
            hints=["df -h", "shipway clean"],
        )
        return JSONResponse({"problem": full.as_dict()}, status_code=507)

    @app.exception_handler(OverflowError)
    async def beyond(_request: Request, _error: OverflowError) -> JSONResponse:
        # SQLite counts to 2^63: nothing that is asked by a larger number is there
        unknown = Problem("no-such-number", "nothing here has so large a number.")
        return JSONResponse({"problem": unknown.as_dict()}, status_code=404)

    @app.exception_handler(RequestValidationError)
    async def refused(_request: Request, error: RequestValidationError) -> JSONResponse:
        # what was wrong and where, without what was sent: it may be a secret
        detail = [{name: item[name] for name in ("type", "loc", "msg")} for item in error.errors()]
        return JSONResponse({"detail": detail}, status_code=422)

    return app
