"""Which day it is for a project: one calendar for its files, what runs and its documents.

The zone is `backup.timezone`, in which its schedules are told; else this machine's.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from shipway.spec.values import Spec


def zone_of(spec: Spec | None) -> tzinfo | None:
    """Return the project's time zone; None for this machine's."""
    name = str(spec.backup.get("timezone") or "") if spec is not None else ""
    return ZoneInfo(name) if name else None


def day_of(spec: Spec | None, moment: float) -> date:
    """Return the day on which a moment lies."""
    return datetime.fromtimestamp(moment, UTC).astimezone(zone_of(spec)).date()


def end_of(spec: Spec | None, day: date) -> float:
    """Return the last second of a day."""
    last = datetime.combine(day, time(23, 59, 59), tzinfo=zone_of(spec))
    return last.timestamp()
