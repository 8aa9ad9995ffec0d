"""When backups are due: cron's grammar in the project's time zone.  Pure.

Invariant: a slot that passed while nobody was there is made up for, once.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from cronsim import CronSim

LOOK_BACK_S = 400 * 86_400.0


def zone(name: str) -> tzinfo:
    """Return the time zone of that name; the machine's own for ""."""
    if name:
        return ZoneInfo(name)
    local = datetime.now(UTC).astimezone().tzinfo
    return local or UTC


def next_after(cron: str, moment: float, name: str) -> float | None:
    """Return the first slot after a moment; None where the schedule is off."""
    if not cron:
        return None
    begin = datetime.fromtimestamp(moment, zone(name))
    slot: datetime = next(CronSim(cron, begin))
    return slot.timestamp()


def latest_before(cron: str, moment: float, name: str) -> float | None:
    """Return the last slot at or before a moment; None where there was none."""
    if not cron:
        return None
    begin = datetime.fromtimestamp(moment + 1, zone(name))
    found: datetime | None = next(CronSim(cron, begin, reverse=True), None)
    if found is None or moment - found.timestamp() > LOOK_BACK_S:
        return None
    return found.timestamp()


def is_due(cron: str, *, last: float | None, now: float, name: str) -> bool:
    """Return whether a slot has passed since the last time it was tried.

    last: when it was begun last; None: never, and then it is due at once.
    """
    if not cron:
        return False
    if last is None:
        return True
    slot = latest_before(cron, now, name)
    return slot is not None and last < slot
