"""Lists that are kept by looking: small issues, recommendations, files to change."""

from __future__ import annotations

from dataclasses import dataclass, field

from shipway.model.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFacts:
    """A small known issue: a TODO that was found, or an entry of the owner.

    found: None: the owner's word alone; False: its file holds no TODO any more.
    """

    text: str
    place: str = ""
    effect: str = ""
    found: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationFacts:
    """A recommendation; closed_by: what supplies it, empty while it is open."""

    text: Words
    closed_by: Words | None = None
    how: Words = field(default_factory=lambda: Words("", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedFileFacts:
    """A file of the tracker, and whether its change was made; None: nobody can tell."""

    path: str
    change: str
    gone: bool
    done: bool | None
    says: Words
