"""Figures as people read them, in both languages.  Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from shipway.model.condition import Level
from shipway.model.words import Words

LEVEL_WORDS = {
    Level.RECORD: Words("record", "기록"),
    Level.NOTICE: Words("notice", "알림"),
    Level.WARNING: Words("warning", "경고"),
    Level.URGENT: Words("urgent", "긴급"),
    Level.IMMEDIATE: Words("immediate", "즉시"),
}

_UNITS = {
    "tasks": "건",
    "queries": "건",
    "connections": "개",
    "workers": "개",
    "instances": "개",
    "keys": "개",
    "restarts": "회",
    "failures": "회",
    "days": "일",
    "replies": "개",
}


def figure(value: float, unit: str, language: str = "en") -> str:
    """Return a value with its unit: `850 ms`, `91.2 %`, `1.2 GB`, `214 tasks`."""
    if unit == "s":
        return duration(value, language)
    if unit == "bytes":
        return _bytes(value)
    if unit == "bytes/day":
        return f"{_bytes(value)}/{'일' if language == 'ko' else 'day'}"
    if unit == "%":
        return f"{value:.1f}%"
    number = f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.2f}"
    if unit == "days" and value != int(value):
        number = f"{value:.1f}" if value < 10 else f"{value:,.0f}"
    if not unit:
        return number
    if language == "ko":
        return f"{number}{_UNITS.get(unit, ' ' + unit)}"
    word = unit.removesuffix("s") if value == 1 and unit != "queries" else unit
    return f"{number} {'query' if value == 1 and unit == 'queries' else word}"


def duration(value: float, language: str = "en") -> str:
    """Return seconds as `850 ms`, `1.25 s`, `5 min`, `2 h`, `3 days`."""
    korean = language == "ko"
    if value < 1:
        return f"{value * 1000:.0f}{'ms' if korean else ' ms'}"
    if value < 60:
        number = f"{value:.0f}" if value == int(value) else f"{value:.2f}"
        return f"{number}{'초' if korean else ' s'}"
    for size, en, ko in ((86_400, "days", "일"), (3600, "h", "시간"), (60, "min", "분")):
        if value >= size:
            number = f"{value / size:.0f}" if value % size == 0 else f"{value / size:.1f}"
            if korean:
                return f"{number}{ko}"
            return "1 day" if (number, en) == ("1", "days") else f"{number} {en}"
    return f"{value:.0f} s"


def _bytes(value: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if abs(value) < 1000 or unit == "TB":
            shown = f"{value:.0f}" if unit == "bytes" or abs(value) >= 10 else f"{value:.1f}"
            return f"{shown} {unit}"
        value /= 1000
    return ""


def day_after(days: float, at: float) -> str:
    """Return the date, in UTC, that lies so many days after a moment: `2026-12-03`."""
    return f"{datetime.fromtimestamp(at + days * 86_400, UTC):%Y-%m-%d}"
