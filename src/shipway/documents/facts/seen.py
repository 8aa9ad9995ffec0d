"""What was seen: variables, checks, figures, indicators, incidents."""

from __future__ import annotations

from dataclasses import dataclass, field

from shipway.model.evidence import Result
from shipway.model.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableFacts:
    """A variable of the contract, or one that services get without it (`declared` False).

    required: `always`, `production`, `sometimes` or `no`.  source: where its value is to
    come from: manual, generated, ….  rules: what its value must be.
    set_in: environments in which it has a value; missing_in: where it lacks one it needs.
    origins: (environment, the layer that sets it); shown: (environment, value), only of what
    stands in shipway.yaml and is no secret; wrong: (environment, what is wrong with it).
    """

    name: str
    services: tuple[str, ...] = ()
    required: str = "no"
    secret: bool = False
    declared: bool = True
    source: str = ""
    rules: tuple[Words, ...] = ()
    about: str = ""
    group: str = ""
    set_in: tuple[str, ...] = ()
    missing_in: tuple[str, ...] = ()
    origins: tuple[tuple[str, Words], ...] = ()
    shown: tuple[tuple[str, str], ...] = ()
    wrong: tuple[tuple[str, Words], ...] = ()
    build_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFacts:
    """One line of the executed checklist.  `at`: seconds since the epoch.

    by: whose word it is, where it is attested.
    """

    id: str
    area: str
    title: Words
    state: Result
    severity: str
    evidence: Words = field(default_factory=lambda: Words("", ""))
    fix: Words = field(default_factory=lambda: Words("", ""))
    environment: str = ""
    release: str = ""
    at: float | None = None
    places: tuple[str, ...] = ()
    waived: str = ""
    by: str = ""
    serves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureFacts:
    """A measured figure of the project: `promote`, `rollback`, `rebuild`, … in seconds."""

    id: str
    value: float
    at: float
    count: int = 1
    release: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFacts:
    """An indicator with its target, its alarm, and its present value as people write it."""

    title: Words
    subject: str = ""
    target: str
    alarm: str
    level: Words
    value: str
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFacts:
    """A severity, and the channels that are told of it."""

    level: Words
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """Something that is wrong now."""

    environment: str
    subject: str
    level: Words
    says: Words
    at: float
    acknowledged_by: str = ""
