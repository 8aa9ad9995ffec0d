"""Captions, as the model writes them: server-sent events."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from app import ai
from app.api.auth import Me
from app.config import settings

router = APIRouter(prefix="/api/ai")


@router.get("")
async def which() -> dict[str, str]:
    """Say who writes captions, and whether really."""
    return {
        "provider": settings.AI_PROVIDER,
        "embeddings": settings.EMBEDDING_MODEL,
        "mode": settings.PROVIDER_MODE,
    }


@router.get("/caption")
async def caption(
    subject: Annotated[str, Query(min_length=1, max_length=500)], _user: Me
) -> StreamingResponse:
    async def events():
        try:
            async for part in ai.caption(subject):
                yield f"data: {json.dumps({'text': part}, ensure_ascii=False)}\n\n"
        except ai.ModelError as error:
            yield f"event: problem\ndata: {json.dumps({'detail': str(error)})}\n\n"
            return
        yield f"event: done\ndata: {json.dumps({'provider': settings.AI_PROVIDER})}\n\n"

    return StreamingResponse(
        events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )
