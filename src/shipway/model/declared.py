"""What the owner declares for the living documents: values of `document:` in shipway.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shipway.errors import SourceRef


@dataclass(frozen=True, slots=True)
class Amount:
    """Money, from a low to a high figure."""

    low: float
    high: float

    def __add__(self, other: Amount) -> Amount:
        """Return both together."""
        return Amount(self.low + other.low, self.high + other.high)

    def __str__(self) -> str:
        """Return `2`, or `2–3`."""
        return f"{self.low:g}" if self.low == self.high else f"{self.low:g}–{self.high:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSpec:
    """What one item costs a month; as_of and figures_from None: those of its option."""

    item: str
    amount: Amount
    source: SourceRef | None = None
    as_of: date | None = None
    figures_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSpec:
    """A target that was compared with others.

    parts: what it is made of; costs: its items, which are added up; cost: in words.
    """

    name: str
    source: SourceRef | None = None
    chosen: bool = False
    pros: tuple[str, ...] = ()
    cons: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    cost: str = ""
    costs: tuple[CostSpec, ...] = ()
    as_of: date | None = None
    figures_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSpec:
    """A decision, with who took it and when."""

    about: str
    decision: str
    source: SourceRef | None = None
    why: str = ""
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSpec:
    """A question, what follows from yes and from no, and the answer once there is one."""

    ask: str
    source: SourceRef | None = None
    yes: str = ""
    no: str = ""
    answer: str | None = None
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementSpec:
    """What the deployment must do; `check`: the id of the check that proves it."""

    id: str
    text: str
    source: SourceRef | None = None
    kind: str = "functional"
    check: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSpec:
    """A promised figure: `target` as written, `figure` what is measured for it."""

    name: str
    figure: str
    target: str
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec:
    """A next step: `done`, `current` or `open`."""

    text: str
    source: SourceRef | None = None
    state: str = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """A file, or a pattern of some, that a change touches.

    gone: it is to be deleted.  holds: a text that stands in it once the change is made.
    """

    path: str
    change: str
    source: SourceRef | None = None
    gone: bool = False
    holds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that is out of scope on purpose, and why."""

    what: str
    why: str = ""
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSpec:
    """How something was before, and how it is to be."""

    what: str
    before: str
    after: str
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSpec:
    """A small known issue that blocks nothing: where, and what it means for users."""

    text: str
    file: str = ""
    effect: str = ""
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationSpec:
    """Something that is recommended; `check`: whose pass closes it."""

    text: str
    check: str = ""
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSpec:
    """Everything below `document:`; empty texts are left out of the documents.

    proven_by: the journeys and live checks whose passing proves the purpose.
    todos: files and folders in which TODO and FIXME are looked for.
    """

    source: SourceRef | None = None
    title: str = ""
    phase: str = ""
    level: str = ""
    target: str = ""
    purpose: str = ""
    scope: str = ""
    after: str = ""
    author: str = ""
    version: str = ""
    time_zone: str = ""
    problems: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    created: date | None = None
    reviewed: tuple[str, ...] = ()
    proven_by: tuple[str, ...] = ()
    out_of_scope: tuple[LeftOut, ...] = ()
    must_confirm: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    issues: tuple[IssueSpec, ...] = ()
    todos: tuple[str, ...] = ()
    recommendations: tuple[RecommendationSpec, ...] = ()
    changes: tuple[ChangeSpec, ...] = ()
    currency: str = "USD"
    cost_tips: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    options: tuple[OptionSpec, ...] = ()
    decisions: tuple[DecisionSpec, ...] = ()
    questions: tuple[QuestionSpec, ...] = ()
    requirements: tuple[RequirementSpec, ...] = ()
    targets: tuple[TargetSpec, ...] = ()
    next_steps: tuple[StepSpec, ...] = ()
    files: tuple[ChangedFile, ...] = ()
