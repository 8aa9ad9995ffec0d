"""From the conditions that hold to what becomes of incidents.  Pure.

One thing that is wrong is one incident, however often it is seen.  An incident ends when
its condition has been gone for a while; what comes back soon is the same incident again,
and each time it did, the while doubles: a figure that wavers around its threshold tells
people once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shipway.model.condition import Condition
from shipway.model.names import EnvironmentId
from shipway.model.observe import Incident

DAMPING_S = 3600.0
DOUBLINGS_MAX = 6
LOOKS_TO_CALM = 6

Key = tuple[EnvironmentId | None, str, str]


class Deed(StrEnum):
    """What is to be done."""

    OPEN = "open"
    REOPEN = "reopen"
    ESCALATE = "escalate"
    REFRESH = "refresh"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing to do; incident None: it is to be opened."""

    deed: Deed
    condition: Condition | None = None
    incident: Incident | None = None


def decide(
    conditions: Sequence[Condition],
    active: Sequence[Incident],
    ended: Sequence[Incident],
    seen: Mapping[int, float],
    *,
    now: float,
    calm_s: float,
) -> tuple[Act, ...]:
    """Return what is to be done.

    ended: resolved incidents, newest first.  seen: when each active one's condition held
    last.  calm_s: how long a condition must be gone before its incident ends.
    """
    holding = {_key(item): item for item in sorted(conditions, key=lambda one: one.level)}
    running = {(item.environment, item.condition, item.subject): item for item in active}
    lately = _lately(ended, now)
    acts: list[Act] = []
    for key, condition in holding.items():
        incident = running.get(key)
        if incident is None:
            earlier = lately.get(key)
            deed = Deed.OPEN if earlier is None else Deed.REOPEN
            acts.append(Act(deed=deed, condition=condition, incident=earlier))
        elif condition.level > incident.level:
            acts.append(Act(deed=Deed.ESCALATE, condition=condition, incident=incident))
        else:
            acts.append(Act(deed=Deed.REFRESH, condition=condition, incident=incident))
    for key, incident in running.items():
        if key not in holding:
            gone_s = now - max(seen.get(incident.id, 0.0), incident.last_seen_at)
            if gone_s >= calm_s * 2 ** min(incident.flaps, DOUBLINGS_MAX):
                acts.append(Act(deed=Deed.RESOLVE, incident=incident))
    return tuple(acts)


def _key(condition: Condition) -> Key:
    return condition.environment, condition.id, condition.subject


def _lately(ended: Sequence[Incident], now: float) -> dict[Key, Incident]:
    found: dict[Key, Incident] = {}
    for item in ended:
        if item.resolved_at is not None and now - item.resolved_at < DAMPING_S:
            found.setdefault((item.environment, item.condition, item.subject), item)
    return found
