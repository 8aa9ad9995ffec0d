"""Texts: OpenAI or Anthropic, as AI_PROVIDER says; or a mock."""

import httpx

from omnivibe.providers import MOCK
from omnivibe.settings import settings

TIMEOUT_S = 60.0
MODELS = {"openai": "gpt-4o", "anthropic": "claude-sonnet-4-5"}


def write(prompt: str) -> str:
    """Return a text."""
    if MOCK:
        return f"[{settings.ai_provider} mock] {prompt.strip().rstrip('.')}. Scene one. Scene two."
    return _openai(prompt) if settings.ai_provider == "openai" else _anthropic(prompt)


def _openai(prompt: str) -> str:
    answer = httpx.post(
        "https://api.openai.com/v1/chat/completions",
        headers={"Authorization": f"Bearer {settings.openai_api_key}"},
        json={"model": MODELS["openai"], "messages": [{"role": "user", "content": prompt}]},
        timeout=TIMEOUT_S,
    )
    return answer.raise_for_status().json()["choices"][0]["message"]["content"]


def _anthropic(prompt: str) -> str:
    answer = httpx.post(
        "https://api.anthropic.com/v1/messages",
        headers={"x-api-key": settings.anthropic_api_key, "anthropic-version": "2023-06-01"},
        json={
            "model": MODELS["anthropic"],
            "max_tokens": 1024,
            "messages": [{"role": "user", "content": prompt}],
        },
        timeout=TIMEOUT_S,
    )
    return answer.raise_for_status().json()["content"][0]["text"]
