"""Compose's scalars as the Engine API wants them: durations, sizes, lists or mappings.

The canonical form prints sizes as strings of digits and durations as Go does; the
looser forms that people write are understood too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shipway.errors import Problem

_DURATION_S = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3,
    "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0,
}  # fmt: skip
_SIZE_POWER = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


def seconds(value: Any) -> float:
    """Return the seconds of `1m30s`, `500ms` or a plain number of seconds."""
    if isinstance(value, int | float):
        return float(value)
    text = str(value).strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise _bad("duration", value, "1m30s")
    return sum(float(number) * _DURATION_S[unit] for number, unit in parts)


def nanoseconds(value: Any) -> int:
    """Return a duration in nanoseconds, which is what the API counts health checks in."""
    return round(seconds(value) * 1e9)


def size_bytes(value: Any) -> int:
    """Return the bytes of `512m`, `1.5gb` or a plain number; -1 stays -1 (no limit)."""
    if isinstance(value, int | float):
        return int(value)
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*([kmgtp]?)i?b?", str(value).strip().lower())
    if match is None:
        raise _bad("size", value, "512m")
    return int(float(match[1]) * 1024 ** _SIZE_POWER[match[2]])


def integer(value: Any) -> int:
    """Return a whole number, also from its text."""
    return int(float(value)) if not isinstance(value, int) else value


def file_mode(value: Any) -> int:
    """Return permission bits; text is octal (`"0440"`), a number is the bits themselves."""
    return int(value, 8) if isinstance(value, str) else int(value)


def mapping(value: Any, separator: str = "=") -> dict[str, str]:
    """Return Compose's list-or-mapping as a mapping of text."""
    if isinstance(value, Mapping):
        return {str(key): _text(item) for key, item in value.items()}
    pairs = (str(item).partition(separator) for item in value or ())
    return {key: item for key, _, item in pairs}


def listed(value: Any) -> list[str]:
    """Return Compose's text-or-list as a list of text."""
    if value is None:
        return []
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_text(item) for item in value]
    return [_text(value)]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _bad(kind: str, value: Any, example: str) -> Problem:
    return Problem(
        "invalid-compose",
        f"{value!r} is not a {kind} such as {example}.",
        hints=["shipway check --static"],
    )
