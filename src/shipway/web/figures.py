"""Times, sizes and names as a page shows them, in both languages.  Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from shipway.web.language import Words


def moment(value: float | None) -> str:
    """Return `2026-11-21 12:20 UTC`, for a title and for machines."""
    return "" if value is None else f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M} UTC"


def clock(value: float) -> str:
    """Return `12:20:05`, in UTC, for a line of a log."""
    return f"{datetime.fromtimestamp(value, UTC):%H:%M:%S}"


def iso(value: float | None) -> str:
    """Return a moment for `<time datetime>`."""
    return "" if value is None else f"{datetime.fromtimestamp(value, UTC):%Y-%m-%dT%H:%M:%SZ}"


def ago(words: Words, value: float | None, now: float) -> str:
    """Return how long ago a moment was, or how long it still is, roughly."""
    if value is None:
        return words("never")
    passed = now - value
    if passed < -1:
        return words("in", span=span(words, -passed))
    if passed < 5:
        return words("just-now")
    return words("ago", span=span(words, passed))


def span(words: Words, seconds: float) -> str:
    """Return a length of time in its largest unit."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= size * (2 if unit == "days" else 1):
            return words(unit, count=int(seconds // size))
    return words("seconds", count=int(seconds))


def took(seconds: float | None) -> str:
    """Return how long something took: `0.4 s`, `12 s`, `3 min 5 s`."""
    if seconds is None:
        return ""
    if seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    rest = f" {int(seconds % 3600 // 60)} min" if seconds % 3600 >= 60 else ""
    return f"{int(seconds // 3600)} h{rest}"


def size(count: float) -> str:
    """Return a number of bytes as people read it: `1.2 GB`."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
