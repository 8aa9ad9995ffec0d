"""When backups are due: cron's grammar in the project's time zone.  Pure.

Invariant: a slot that passed while nobody was there is made up for, once.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim

LOOK_BACK_S = 400 * 86_400.0
AHEAD_S = 3600.0
"""What lies further ahead was dated by a wrong clock."""
SLOTS = 9
KNOWN_S = 300.0
"""Not longer: where clocks are put back, the slot ahead need not be the one looked back to."""
KNOWN_MAX = 256
NOWHERE = (0.0, 0.0)

_known: dict[tuple[str, tzinfo], tuple[float, float]] = {}
"""For each schedule a slot and the end of the time in which it is the last one."""


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
    """Return the last slot at or before a moment; None where there was none.

    Asked at every look, and the same from one slot to the next: remembered for minutes of that.
    """
    if not cron:
        return None
    key = cron, zone(name)
    begin, end = _known.get(key, NOWHERE)
    if begin <= moment < end:
        return begin
    found: datetime | None = next(
        CronSim(cron, datetime.fromtimestamp(moment + 1, key[1]), reverse=True), None
    )
    if found is None or moment - found.timestamp() > LOOK_BACK_S:
        return None
    following: datetime | None = next(CronSim(cron, found), None)
    if len(_known) >= KNOWN_MAX:
        _known.clear()
    if following is not None:
        _known[key] = found.timestamp(), min(following.timestamp(), moment + KNOWN_S)
    return found.timestamp()


def longest_wait(cron: str, moment: float, name: str) -> float:
    """Return the longest time between two of the next slots, in seconds; 0 without a schedule."""
    if not cron:
        return 0.0
    slots = CronSim(cron, datetime.fromtimestamp(moment, zone(name)))
    found: list[datetime] = list(islice(slots, SLOTS))
    return max(
        (there.timestamp() - here.timestamp() for here, there in pairwise(found)), default=0.0
    )


def is_due(cron: str, *, last: float | None, now: float, name: str) -> bool:
    """Return whether a slot has passed since the last time it was tried.

    last: when it was begun last; None: never, and then it is due at once.  A moment that has
    not come yet was told by a clock that was wrong, and counts as never.
    """
    if not cron:
        return False
    if last is None or last > now + AHEAD_S:
        return True
    slot = latest_before(cron, now, name)
    return slot is not None and last < slot
