"""Whether this process can do its work, and what Prometheus reads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from fastapi import APIRouter, Response
from sqlalchemy import text

from app import bucket, metrics
from app.config import settings
from app.database import engine
from app.events import cache

router = APIRouter()
PATIENCE_S = 3.0


@router.get("/api/health")
async def health(response: Response) -> dict[str, str]:
    """503 without the database or Redis; a lost bucket is told, and the rest goes on."""
    database, redis, storage = await asyncio.gather(
        _verdict(_ask_database()), _verdict(cache.ping()), _verdict(_ask_bucket())
    )
    well = database == redis == "ok"
    response.status_code = 200 if well else 503
    status = "unavailable" if not well else "ok" if storage == "ok" else "degraded"
    return {
        "status": status,
        "release": settings.SHIPWAY_RELEASE,
        "database": database,
        "redis": redis,
        "storage": storage,
        "providers": settings.PROVIDER_MODE,
    }


@router.get("/metrics", include_in_schema=False)
def read_metrics() -> Response:
    return Response(metrics.page(), media_type="text/plain; version=0.0.4")


async def _verdict(question: Awaitable[object]) -> str:
    try:
        await asyncio.wait_for(question, PATIENCE_S)
    except Exception as error:  # whatever it is, the answer is that we are not well
        return type(error).__name__
    return "ok"


async def _ask_database() -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def _ask_bucket() -> None:
    name = settings.S3_BUCKET_NAME
    await asyncio.to_thread(lambda: bucket.client().head_bucket(Bucket=name))
