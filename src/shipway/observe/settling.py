"""While a rollout hands over, what is down for a moment alarms nobody.  Pure.

After the switch a rollout starts the new workers and stops the old, and watches them itself:
what fails then unwinds it.  What is still down when it has ended, has stuck, or has taken its
time is a breach from then on.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipway.model.lifecycle import RolloutState
from shipway.model.observe import Reading, SeriesState
from shipway.model.records import Rollout

MOVING = frozenset({"instances-missing", "workers-missing"})
SETTLING_S = 120.0
REASON = "a rollout is handing over"


def settled(readings: Sequence[Reading], active: Rollout | None, now: float) -> list[Reading]:
    """Return the readings; those that the rollout itself answers for break a breach."""
    if active is None or active.switched_at is None or active.state is RolloutState.STUCK:
        return list(readings)
    if now - active.switched_at > SETTLING_S:
        return list(readings)
    return [
        Reading(key=item.key, unit=item.unit, state=SeriesState.IDLE, reason=REASON)
        if item.key.indicator in MOVING and item.value
        else item
        for item in readings
    ]
