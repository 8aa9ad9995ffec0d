"""Values of nginx directives.  Sources: nginx's "Configuration file measurement units"."""

from __future__ import annotations

import re

_TIMES = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "M": 2_592_000, "y": 31_536_000}  # fmt: skip
_SIZES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_PLAIN_PREFIX = re.compile(r"\^(/[A-Za-z0-9_/-]*?)(/?\(\.\*\)|/?\.\*|/)?\$?")


def seconds(text: str) -> float | None:
    """Return `60`, `60s`, `1h 30m` in seconds; None where it is no time."""
    parts = re.findall(r"([0-9]+)(ms|[smhdwMy]?)", text)
    if not parts or "".join(f"{number}{unit}" for number, unit in parts) != text.replace(" ", ""):
        return None
    return float(sum(int(number) * _TIMES[unit or "s"] for number, unit in parts))


def size(text: str) -> int | None:
    """Return `10m` in bytes; None where it is no size."""
    match = re.fullmatch(r"([0-9]+)([kKmMgG]?)", text)
    return int(match[1]) * _SIZES[match[2].lower()] if match else None


def rate(text: str) -> str | None:
    """Return `60r/m` as `60/min`; None where it is no rate."""
    match = re.fullmatch(r"rate=([0-9]+)r/([sm])", text)
    return f"{match[1]}/{'s' if match[2] == 's' else 'min'}" if match else None


def plain_prefix(pattern: str) -> str | None:
    """Return the path prefix that a regular expression means, None where it means more."""
    match = _PLAIN_PREFIX.fullmatch(pattern)
    return match[1] or "/" if match else None


def duration(value: float) -> str:
    """Return seconds as shipway.yaml writes them: `90s`, `5m`, `24h`."""
    for unit, length in (("h", 3600), ("m", 60)):
        if value >= length and value % length == 0:
            return f"{int(value // length)}{unit}"
    return f"{value:g}s"
