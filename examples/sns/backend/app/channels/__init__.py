"""The social networks: each publishes a post and returns what it is called there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from app.config import settings
from app.metrics import CALLS

TIMEOUT_S = 20.0


class ChannelError(Exception):
    """A network did not take a post; `again`: it may take it later."""

    def __init__(self, message: str, *, again: bool) -> None:
        super().__init__(message)
        self.again = again


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A post on its way; `media`: what is shown with it, as bytes and type."""

    handle: str
    token: str
    body: str
    media: tuple[bytes, str] | None = None


def base(name: str, live: str) -> str:
    """Return where a provider is reached: itself, or its mock."""
    return f"{settings.PROVIDER_MOCK_URL}/{name}" if settings.is_mock else live


def publish(provider: str, letter: Letter) -> str:
    """Publish and count; raises ChannelError."""
    from app.channels import meta, youtube

    senders: dict[str, Callable[[httpx.Client, Letter], httpx.Response]] = {
        "meta": meta.send,
        "youtube": youtube.send,
    }
    try:
        with httpx.Client(timeout=TIMEOUT_S) as client:
            answer = senders[provider](client, letter)
    except httpx.HTTPError as error:
        CALLS.labels(provider, "unreachable").inc()
        raise ChannelError(f"{provider}: {type(error).__name__}", again=True) from error
    if answer.is_success:
        CALLS.labels(provider, "success").inc()
        return str(answer.json()["id"])
    again = answer.status_code in {408, 425, 429} or answer.status_code >= 500
    CALLS.labels(provider, "failure").inc()
    raise ChannelError(f"{provider} answered {answer.status_code}", again=again)
