"""The networks and the models, pretended: their wire formats, and nothing behind them.

Mounted below /mock where PROVIDER_MODE is mock.  No route of the ingress leads here, so
only the services of the same release reach it; their own clients are the real ones.
A text with `#fail` is refused, one with `#flaky` the first time only.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, StreamingResponse

from app.database import DIMENSIONS
from app.events import cache

router = APIRouter(prefix="/mock", include_in_schema=False)
WORD_S = 0.06
FORGET_S = 600


@router.post("/meta/{version}/{handle}/feed")
async def feed(version: str, handle: str, request: Request) -> JSONResponse:
    del version
    said = await request.json()
    return await _answer(handle, str(said.get("message", "")), "meta")


@router.post("/youtube/upload/youtube/v3/videos")
async def videos(request: Request) -> JSONResponse:
    body = (await request.body()).decode("utf-8", "replace")
    return await _answer("video", body, "youtube")


@router.post("/anthropic/v1/messages")
async def messages(request: Request) -> StreamingResponse:
    words = _caption((await request.json())["messages"][-1]["content"])
    events = (
        f"event: content_block_delta\ndata: {_dumped({'type': 'content_block_delta', 'delta': {'type': 'text_delta', 'text': word}})}\n\n"
        for word in words
    )
    return _stream(events, 'event: message_stop\ndata: {"type":"message_stop"}\n\n')


@router.post("/openai/v1/chat/completions")
async def completions(request: Request) -> StreamingResponse:
    words = _caption((await request.json())["messages"][-1]["content"])
    events = (f"data: {_dumped({'choices': [{'delta': {'content': word}}]})}\n\n" for word in words)
    return _stream(events, "data: [DONE]\n\n")


@router.post("/openai/v1/embeddings")
async def embeddings(request: Request) -> dict[str, Any]:
    said = await request.json()
    vector = meaning(str(said["input"]))
    return {"model": said["model"], "data": [{"index": 0, "embedding": vector}]}


async def _answer(handle: str, text: str, network: str) -> JSONResponse:
    mark = hashlib.sha256(f"{network} {handle} {text}".encode()).hexdigest()[:16]
    flaky = "#flaky" in text and await cache.set(f"mock:{mark}", 1, nx=True, ex=FORGET_S)
    if "#fail" in text or flaky:
        return JSONResponse({"error": {"message": "mock: refused, as the text asks"}}, 503)
    return JSONResponse({"id": f"mock-{network}-{mark}"})


def _caption(prompt: str) -> list[str]:
    subject = prompt.rpartition("\n")[2].strip() or "…"
    return [f"{word} " for word in f"[mock] {subject} — 오늘의 소식을 전합니다. #sns".split()]


def _stream(events: Any, last: str) -> StreamingResponse:
    async def parts():
        for event in events:
            yield event
            await asyncio.sleep(WORD_S)
        yield last

    return StreamingResponse(parts(), media_type="text/event-stream")


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def meaning(text: str) -> list[float]:
    """Return a vector in which texts that share words and syllables lie near each other."""
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        for part in {word, *(word[at : at + 2] for at in range(len(word) - 1))}:
            digest = hashlib.blake2b(part.encode(), digest_size=8).digest()
            vector[int.from_bytes(digest[:4]) % DIMENSIONS] += 1.0 if digest[4] & 1 else -1.0
    length = math.sqrt(sum(item * item for item in vector)) or 1.0
    return [item / length for item in vector]
