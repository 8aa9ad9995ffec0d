"""What goes wrong, as answers: a duplicate is 409, a store or a provider that is away 503."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.ai import ModelError

RETRY_S = "2"
log = structlog.get_logger()


def add_handlers(app: FastAPI) -> None:
    """Answer every failure with a JSON body that holds no secret."""

    @app.exception_handler(IntegrityError)
    async def duplicate(_request: Request, _error: IntegrityError) -> JSONResponse:
        return JSONResponse({"detail": "this is already there"}, 409)

    async def away(_request: Request, error: Exception) -> JSONResponse:
        lost = isinstance(error, DBAPIError) and not error.connection_invalidated
        if lost and not isinstance(error, OperationalError | InterfaceError):
            log.error("a statement failed", error=type(error).__name__)
            return JSONResponse({"detail": "something went wrong"}, 500)
        log.warning("a store is away", error=type(error).__name__)
        return JSONResponse(
            {"detail": "try again in a moment"}, 503, headers={"Retry-After": RETRY_S}
        )

    for kind in (DBAPIError, PoolTimeout, RedisError, OSError):
        app.add_exception_handler(kind, away)

    @app.exception_handler(ModelError)
    async def silent(_request: Request, error: ModelError) -> JSONResponse:
        log.warning("a model gave no answer", error=str(error))
        return JSONResponse({"detail": "the model gives no answer"}, 502)

    @app.exception_handler(Exception)
    async def unknown(_request: Request, error: Exception) -> JSONResponse:
        log.error("a request failed", exc_info=error)
        return JSONResponse({"detail": "something went wrong"}, 500)
