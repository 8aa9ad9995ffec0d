"""What the worker writes under a card: its length and how long it takes to read."""

from __future__ import annotations

import math

CHARACTERS_PER_SECOND = 9


def summarise(title: str, body: str) -> str:
    text = f"{title} {body}".strip()
    seconds = max(1, math.ceil(len(text) / CHARACTERS_PER_SECOND))
    return f"{len(text)}자 · 읽는 데 {seconds}초 · {seconds} s to read"
