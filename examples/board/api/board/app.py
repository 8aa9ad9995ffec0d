"""The API, put together."""

from __future__ import annotations

import asyncio
import contextlib

from anyio import to_thread
from fastapi import FastAPI

from board import channel, feed, health, routes
from board.database import engine
from board.feed import Hub
from board.release import ReleaseHeader
from board.settings import RELEASE, THREADS


@contextlib.asynccontextmanager
async def lifespan(api: FastAPI):
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    # Celery takes a moment to import and connect: a thread does it, so that neither the
    # first health check nor the first POST waits for it.
    warm_up = asyncio.get_running_loop().run_in_executor(None, _warm_up_jobs)
    async with Hub().running() as api.state.hub:
        yield
    await warm_up
    engine.dispose()
    channel.client.close()


def _warm_up_jobs() -> None:
    from board import jobs

    jobs.warm_up()


api = FastAPI(
    title="board", docs_url="/api/docs", openapi_url="/api/openapi.json", lifespan=lifespan
)
api.include_router(health.router)
api.include_router(routes.router)
api.include_router(feed.router)

app = ReleaseHeader(api, RELEASE)
