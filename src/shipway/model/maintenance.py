"""An environment that is closed for maintenance."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Closed since `since` by `who`; `allow`: the networks that are let through."""

    allow: tuple[str, ...]
    since: float
    who: str
