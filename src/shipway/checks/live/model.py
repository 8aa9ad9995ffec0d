"""What a live check is and what it says: values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipway.checks.model import Severity
from shipway.checks.waivers import Waiver
from shipway.model.evidence import Evidence, Result
from shipway.model.words import Words

if TYPE_CHECKING:
    from shipway.checks.live.scene import Live


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a check saw: in one sentence, with figures; `wrong`: what is not as it must be."""

    says: Words
    wrong: tuple[Words, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCheck:
    """One line of the checklist against a running environment.

    id: `live.` and a word.  serves: ids of requirements.
    thorough: it disturbs (a burst of requests, an instance of its own), so it is made only
    when a person asks, never by itself after a deploy.
    look: raises NotLooked where there is nothing to look at.
    """

    id: str
    severity: Severity
    title: Words
    fix: Words
    look: Callable[[Live], Seen] = field(repr=False)
    serves: tuple[str, ...] = ()
    thorough: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOutcome:
    """How one check, or one journey, came out.  waiver: the owner's, while it holds."""

    id: str
    severity: Severity
    title: Words
    fix: Words
    evidence: Evidence
    wrong: tuple[Words, ...] = ()
    serves: tuple[str, ...] = ()
    waiver: Waiver | None = None

    @property
    def result(self) -> Result:
        """Return how it came out."""
        return self.evidence.result

    @property
    def stops(self) -> bool:
        """Return whether a promotion is refused because of it."""
        return (
            self.result is Result.FAILED and self.severity is Severity.ERROR and self.waiver is None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveReport:
    """All outcomes of one run.  whole: nothing that was wanted was left out."""

    outcomes: tuple[LiveOutcome, ...]
    whole: bool = True

    @property
    def stops(self) -> tuple[LiveOutcome, ...]:
        """Return what refuses a promotion."""
        return tuple(item for item in self.outcomes if item.stops)
