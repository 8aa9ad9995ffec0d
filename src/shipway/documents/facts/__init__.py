"""What is known of a project when a document is written: declared, live, measured.

Gathered by whoever has the live side; the documents only read it.  Never a secret's value:
a variable is its name, its rules, and whether it is set.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shipway.documents.facts.data import (
    BackupFacts,
    ConfigurationFacts,
    RecoveryFacts,
)
from shipway.documents.facts.registers import (
    IssueFacts,
    RecommendationFacts,
    TrackedFileFacts,
)
from shipway.documents.facts.running import (
    ApprovalFacts,
    EnvironmentFacts,
    ReleaseFacts,
    RouteFacts,
    ServiceFacts,
)
from shipway.documents.facts.seen import (
    CheckFacts,
    FigureFacts,
    IncidentFacts,
    IndicatorFacts,
    LevelFacts,
    VariableFacts,
)
from shipway.model.declared import DocumentSpec

__all__ = [
    "ApprovalFacts",
    "BackupFacts",
    "CheckFacts",
    "ConfigurationFacts",
    "EnvironmentFacts",
    "Facts",
    "FigureFacts",
    "IncidentFacts",
    "IndicatorFacts",
    "IssueFacts",
    "LevelFacts",
    "RecommendationFacts",
    "RecoveryFacts",
    "ReleaseFacts",
    "RouteFacts",
    "ServiceFacts",
    "TrackedFileFacts",
    "VariableFacts",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a document may speak of; `at`: when it was gathered.

    live False: only the files were read, so nothing is known of what runs.
    files: what the files alone say, by which freshness is judged; None: these facts.
    """

    project: str
    at: float
    about: DocumentSpec
    live: bool = True
    language: str = "en"
    commit: str = ""
    compose_files: tuple[str, ...] = ()
    environments: tuple[EnvironmentFacts, ...] = ()
    variables: tuple[VariableFacts, ...] = ()
    checks: tuple[CheckFacts, ...] = ()
    figures: tuple[FigureFacts, ...] = ()
    backups: tuple[BackupFacts, ...] = ()
    recovery: RecoveryFacts = field(default_factory=RecoveryFacts)
    configuration: tuple[ConfigurationFacts, ...] = ()
    indicators: tuple[IndicatorFacts, ...] = ()
    levels: tuple[LevelFacts, ...] = ()
    incidents: tuple[IncidentFacts, ...] = ()
    issues: tuple[IssueFacts, ...] = ()
    recommendations: tuple[RecommendationFacts, ...] = ()
    tracked: tuple[TrackedFileFacts, ...] = ()
    approvals: tuple[ApprovalFacts, ...] = ()
    folders: tuple[str, ...] = ()
    files: Facts | None = None
    releases_kept: int = 2
    log_levels: tuple[tuple[str, str], ...] = ()

    def environment(self, name: str) -> EnvironmentFacts | None:
        """Return the environment called `name`, or None."""
        return next((one for one in self.environments if one.name == name), None)

    @property
    def main(self) -> EnvironmentFacts | None:
        """Return the environment that the document is about: production where there is one."""
        return self.environment("production") or (
            self.environments[0] if self.environments else None
        )

    def figure(self, name: str) -> FigureFacts | None:
        """Return a measured figure, or None."""
        return next((one for one in self.figures if one.id == name), None)
