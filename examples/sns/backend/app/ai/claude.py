"""Anthropic's Messages API, streamed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx

from app.channels import base
from app.config import settings

MODEL = "claude-sonnet-4-5"


async def captions(client: httpx.AsyncClient, prompt: str) -> AsyncIterator[str]:
    async with client.stream(
        "POST",
        f"{base('anthropic', 'https://api.anthropic.com')}/v1/messages",
        headers={"x-api-key": settings.ANTHROPIC_API_KEY, "anthropic-version": "2023-06-01"},
        json={
            "model": MODEL,
            "max_tokens": 200,
            "stream": True,
            "messages": [{"role": "user", "content": prompt}],
        },
    ) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if line.startswith("data:"):
                event = json.loads(line[5:])
                if event["type"] == "content_block_delta":
                    yield event["delta"].get("text", "")
