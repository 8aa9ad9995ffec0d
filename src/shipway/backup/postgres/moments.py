"""Moments as people write them: `2026-11-20 14:03`, in the machine's own time zone."""

from __future__ import annotations

from datetime import datetime

from shipway.errors import Problem

FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")


def clock_time(at: float) -> str:
    """Return a moment for a person."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def server_time(at: float) -> str:
    """Return a moment as PostgreSQL reads it, with its offset."""
    return datetime.fromtimestamp(at).astimezone().isoformat(sep=" ", timespec="microseconds")


def parse_moment(text: str) -> float:
    """Return the seconds since the epoch of what a person typed.

    ISO 8601 with an offset, or without one: in this machine's time zone.
    """
    for form in FORMS:
        try:
            return datetime.strptime(text, form).astimezone().timestamp()
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except ValueError:
        raise Problem(
            "invalid-target",
            f"{text!r} is not a moment.",
            hints=['--at "2026-11-20 14:03"', "--at 2026-11-20T14:03:00+09:00"],
        ) from None
