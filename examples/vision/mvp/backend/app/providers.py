"""Who answers in the chat: AI_PROVIDER chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import httpx

from app.settings import settings

Turn = tuple[str, str]  # role, text
GEMINI = "https://generativelanguage.googleapis.com/v1beta/models"
TIMEOUT_S = 30.0


class ProviderFailed(Exception):  # noqa: N818 - what happened
    """The provider gave no answer."""


def mock(turns: Sequence[Turn]) -> str:
    """Answer without asking anybody: names the task that the last message speaks of."""
    text = turns[-1][1]
    tasks = {"detect": "object detection", "segment": "segmentation", "classif": "classification"}
    task = next((name for word, name in tasks.items() if word in text.lower()), "classification")
    return f"[mock] This sounds like {task}. You said: {text}"


def gemini(turns: Sequence[Turn]) -> str:
    """Ask Google's Gemini."""
    roles = {"user": "user", "assistant": "model"}
    contents = [{"role": roles[role], "parts": [{"text": text}]} for role, text in turns]
    key = settings.google_api_key.get_secret_value() if settings.google_api_key else ""
    try:
        answer = httpx.post(
            f"{GEMINI}/{settings.gemini_model}:generateContent",
            headers={"x-goog-api-key": key},
            json={"contents": contents},
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        return answer.json()["candidates"][0]["content"]["parts"][0]["text"]
    except (httpx.HTTPError, LookupError, ValueError) as error:
        raise ProviderFailed(f"Gemini: {type(error).__name__}") from error


PROVIDERS: dict[str, Callable[[Sequence[Turn]], str]] = {"mock": mock, "gemini": gemini}


def reply_to(turns: Sequence[Turn]) -> str:
    """Return the answer to the last turn.  Raises ProviderFailed."""
    return PROVIDERS[settings.ai_provider](turns)
