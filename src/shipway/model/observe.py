"""What is measured, the rules over it, and the incidents that come of it.

Owns the values and the lifecycle of an incident; measuring, judging and telling are
`observe`'s.  Invariant: what could not be measured has no value, and never a zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from shipway.model.condition import Level
from shipway.model.lifecycle import IllegalTransition, advance
from shipway.model.names import EnvironmentId
from shipway.model.words import Words

__all__ = [
    "INCIDENT_TRANSITIONS",
    "IllegalTransition",
    "Incident",
    "IncidentEvent",
    "IncidentState",
    "Point",
    "Reading",
    "Rule",
    "Series",
    "SeriesKey",
    "SeriesState",
    "Silence",
    "advance",
]


class SeriesState(StrEnum):
    """Whether a series has a value just now."""

    MEASURED = "measured"
    IDLE = "idle"  # nothing to measure: no request came
    UNAVAILABLE = "unavailable"  # as things are set up it cannot be measured
    MISSING = "missing"  # it should answer and does not


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """What a series is about; environment None: the machine's.

    indicator: `api-p95`, a dashed word; subject: within the environment: a service, an
    instance (`api-1`), a volume, a queue; empty where there is only one.
    """

    environment: EnvironmentId | None
    indicator: str
    subject: str = ""

    def __str__(self) -> str:
        where = str(self.environment) if self.environment else "machine"
        return f"{where} {self.indicator}{f' {self.subject}' if self.subject else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at one series.  reason: why there is no value, as a sentence's part."""

    key: SeriesKey
    unit: str
    value: float | None = None
    state: SeriesState = SeriesState.MEASURED
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.state is SeriesState.MEASURED):
            raise ValueError(f"{self.key}: {self.state} with the value {self.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series as it stands: the latest look, and the latest value with its moment.

    measured_at: seconds since the epoch of the last value; since: of the present state.
    """

    id: int
    key: SeriesKey
    unit: str
    state: SeriesState
    reason: str
    since: float
    seen_at: float
    value: float | None = None
    measured_at: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """What a series was from `at` on for one step of the history; None: not measured."""

    at: float
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When an indicator is too high or too low, and how urgent that is.

    Breached while the value is beyond `threshold` for `for_s` seconds without a break.
    target: what the team aims at, shown beside the value.  missing_s: after how long
    without a value that is itself a condition; 0: never.
    """

    id: str
    indicator: str
    threshold: float
    unit: str
    level: Level
    words: Words
    for_s: float = 0.0
    compare: Literal["above", "below"] = "above"
    target: float | None = None
    missing_s: float = 300.0
    hint: str = ""

    def breached(self, value: float) -> bool:
        """Return whether a value is beyond the threshold."""
        return value > self.threshold if self.compare == "above" else value < self.threshold


class IncidentState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"  # somebody has seen it and works on it
    RESOLVED = "resolved"  # what was wrong is over


class IncidentEvent(StrEnum):
    """What happens to an incident."""

    ACKNOWLEDGE = "acknowledge"
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    REOPEN = "reopen"


INCIDENT_TRANSITIONS: Mapping[tuple[IncidentState, IncidentEvent], IncidentState] = {
    (IncidentState.OPEN, IncidentEvent.ACKNOWLEDGE): IncidentState.ACKNOWLEDGED,
    (IncidentState.OPEN, IncidentEvent.ESCALATE): IncidentState.OPEN,
    (IncidentState.OPEN, IncidentEvent.RESOLVE): IncidentState.RESOLVED,
    (IncidentState.ACKNOWLEDGED, IncidentEvent.ACKNOWLEDGE): IncidentState.ACKNOWLEDGED,
    # worse than what was acknowledged: somebody must look again
    (IncidentState.ACKNOWLEDGED, IncidentEvent.ESCALATE): IncidentState.OPEN,
    (IncidentState.ACKNOWLEDGED, IncidentEvent.RESOLVE): IncidentState.RESOLVED,
    (IncidentState.RESOLVED, IncidentEvent.REOPEN): IncidentState.OPEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that was or is wrong, from its first notice to its end.

    condition: the condition's id; subject and environment are the condition's.
    flaps: how often it came back within the damping time.  release: live when it opened;
    changed: the last rollout before it, in words, empty where there was none.
    silenced_until: of a silence that covers it; None where nothing does.
    """

    id: int
    condition: str
    subject: str
    environment: EnvironmentId | None
    level: Level
    state: IncidentState
    says: Words
    opened_at: float
    figure: float | None = None
    unit: str = ""
    hint: str = ""
    flaps: int = 0
    release: str | None = None
    rollout: int | None = None
    acknowledged_at: float | None = None
    acknowledged_by: str | None = None
    resolved_at: float | None = None
    last_seen_at: float = 0.0
    silenced_until: float | None = None

    @property
    def active(self) -> bool:
        """Return whether it goes on."""
        return self.state is not IncidentState.RESOLVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """No notification for what it covers, until a moment.

    environment None: everywhere; condition and subject empty: every one.
    """

    id: int
    environment: EnvironmentId | None
    condition: str
    subject: str
    until: float
    by: str
    reason: str = ""

    def covers(self, environment: EnvironmentId | None, condition: str, subject: str) -> bool:
        """Return whether it covers such a condition."""
        return (
            self.environment in {None, environment}
            and self.condition in {"", condition}
            and self.subject in {"", subject}
        )
