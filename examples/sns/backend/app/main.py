"""The API, put together."""

from __future__ import annotations

import contextlib

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app import errors, logs, sockets
from app.api import accounts, ai, auth, health, media, posts
from app.api.failures import add_handlers
from app.api.requests import RequestLog
from app.config import settings
from app.database import engine
from app.events import cache

logs.set_up("backend")
errors.report_errors()


@contextlib.asynccontextmanager
async def lifespan(api: FastAPI):
    async with sockets.Hub().running() as api.state.hub:
        yield
    await engine.dispose()
    await cache.aclose()


is_open = settings.APP_ENV != "production"
app = FastAPI(
    title="sns",
    docs_url="/api/docs" if is_open else None,
    openapi_url="/api/openapi.json" if is_open else None,
    lifespan=lifespan,
)
for part in (health, auth, accounts, posts, media, ai):
    app.include_router(part.router)
app.include_router(sockets.router)
if settings.is_mock:
    from app import mock

    app.include_router(mock.router)
add_handlers(app)
app.add_middleware(RequestLog)
if settings.origins:
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Authorization", "Content-Type"],
    )
