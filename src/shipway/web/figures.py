"""Times, sizes and names as a page shows them, in both languages.  Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from shipway.web.language import Words


def moment(value: float | None) -> str:
    """Return `2026-11-21 12:20 UTC`, for a title and for machines."""
    return "" if value is None else f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M} UTC"


def clock(value: float, now: float) -> str:
    """Return `12:20:05` of a line of today, `11-20 12:20:05` of an earlier one, in UTC."""
    at, today = (datetime.fromtimestamp(one, UTC) for one in (value, now))
    return f"{at:%H:%M:%S}" if at.date() == today.date() else f"{at:%m-%d %H:%M:%S}"


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


_UNITS = {"en": (" s", " min", " h"), "ko": ("초", "분", "시간")}


def took(seconds: float | None, language: str = "en") -> str:
    """Return how long something took: `0.4 s`, `12 s`, `3 min 5 s`; 0.4초, 12초, 3분 5초."""
    if seconds is None:
        return ""
    second, minute, hour = _UNITS[language]
    if seconds < 9.95:
        return f"{max(0.0, seconds):.1f}{second}"
    if seconds < 60:
        return f"{seconds:.0f}{second}"
    if seconds < 3600:
        return f"{int(seconds // 60)}{minute} {int(seconds % 60)}{second}"
    rest = f" {int(seconds % 3600 // 60)}{minute}" if seconds % 3600 >= 60 else ""
    return f"{int(seconds // 3600)}{hour}{rest}"


def size(count: float) -> str:
    """Return a number of bytes as people read it: `1.2 GB`."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
