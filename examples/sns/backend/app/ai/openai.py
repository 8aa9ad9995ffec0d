"""OpenAI's chat completions, streamed, and its embeddings."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx

from app.channels import base
from app.config import settings
from app.database import DIMENSIONS

MODEL = "gpt-4o"


def _at(path: str) -> str:
    return f"{base('openai', 'https://api.openai.com')}/v1/{path}"


def _headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.OPENAI_API_KEY}"} if settings.OPENAI_API_KEY else {}


async def captions(client: httpx.AsyncClient, prompt: str) -> AsyncIterator[str]:
    body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": prompt}]}
    async with client.stream(
        "POST", _at("chat/completions"), headers=_headers(), json=body
    ) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            said = line.removeprefix("data:").strip()
            if said and said != "[DONE]":
                yield json.loads(said)["choices"][0]["delta"].get("content") or ""


async def embedding(client: httpx.AsyncClient, text: str) -> list[float]:
    body = {"model": settings.EMBEDDING_MODEL, "input": text, "dimensions": DIMENSIONS}
    answer = await client.post(_at("embeddings"), headers=_headers(), json=body)
    answer.raise_for_status()
    return [float(item) for item in answer.json()["data"][0]["embedding"]]
