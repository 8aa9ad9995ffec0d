"""The models: captions by the provider that AI_PROVIDER names, embeddings by OpenAI's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from app.ai import claude, openai
from app.config import settings
from app.metrics import AI_CALLS

TIMEOUT_S = 30.0
PROMPT = "Write a caption of one sentence for a post, in the language of its subject:\n{}"
PROVIDERS = {"claude": claude.captions, "openai": openai.captions}


class ModelError(Exception):
    """A model gave no answer."""


async def caption(subject: str) -> AsyncIterator[str]:
    """Yield a caption, part by part, as the model writes it.  Raises ModelError."""
    name = settings.AI_PROVIDER
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            async for part in PROVIDERS[name](client, PROMPT.format(subject)):
                yield part
    except (httpx.HTTPError, KeyError, ValueError) as error:
        AI_CALLS.labels(name, "failure").inc()
        raise ModelError(f"{name}: {type(error).__name__}") from error
    AI_CALLS.labels(name, "success").inc()


async def embedding(text: str) -> list[float]:
    """Return what a text means.  Raises ModelError."""
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            vector = await openai.embedding(client, text)
    except (httpx.HTTPError, KeyError, ValueError) as error:
        AI_CALLS.labels("openai", "failure").inc()
        raise ModelError(f"openai: {type(error).__name__}") from error
    AI_CALLS.labels("openai", "success").inc()
    return vector
