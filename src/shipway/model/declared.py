"""What the owner declares for the living documents: values of `document:` in shipway.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shipway.errors import SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSpec:
    """A target that was compared with others."""

    name: str
    source: SourceRef | None = None
    chosen: bool = False
    pros: tuple[str, ...] = ()
    cons: tuple[str, ...] = ()
    cost: str = ""
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
    """A file that a change touches; `gone`: it is to be deleted."""

    path: str
    change: str
    source: SourceRef | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSpec:
    """Everything below `document:`; empty texts are left out of the documents."""

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
    out_of_scope: tuple[str, ...] = ()
    must_confirm: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    options: tuple[OptionSpec, ...] = ()
    decisions: tuple[DecisionSpec, ...] = ()
    questions: tuple[QuestionSpec, ...] = ()
    requirements: tuple[RequirementSpec, ...] = ()
    targets: tuple[TargetSpec, ...] = ()
    next_steps: tuple[StepSpec, ...] = ()
    files: tuple[ChangedFile, ...] = ()
