"""What is known of a project when a document is written: declared, live, measured.

Gathered by whoever has the live side; the documents only read it.  Never a secret's value:
a variable is its name, its rules, and whether it is set.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shipway.model.declared import DocumentSpec
from shipway.model.evidence import Result
from shipway.model.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """A service of an environment.

    role: web, worker, singleton, job or stateful.  runs: the image or what builds it.
    port: where it takes requests; exposure: `proxy`, `published`, `none`.
    note: what a reader should know: its command's workers, its volume.
    wanted, running: instances; running None: not known.
    """

    name: str
    role: str
    runs: str
    port: int | None = None
    exposure: str = "none"
    published: tuple[str, ...] = ()
    note: str = ""
    wanted: int = 1
    running: int | None = None
    volumes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFacts:
    """Where requests for a host and a path go; host None: any."""

    service: str
    path: str
    host: str | None = None
    websocket: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """A release: `r42`, its commit and when it went live (seconds since the epoch)."""

    label: str
    commit: str
    subject: str
    at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentFacts:
    """An environment as it is declared, and as it runs where it does."""

    name: str
    port: int
    urls: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    engine: str = ""
    tls: bool = False
    services: tuple[ServiceFacts, ...] = ()
    routes: tuple[RouteFacts, ...] = ()
    live: ReleaseFacts | None = None
    previous: ReleaseFacts | None = None
    health: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableFacts:
    """A variable of the contract.

    required: `always`, `production`, `sometimes` or `no`.  source: manual, generated, ….
    set_in: environments in which it has a value; missing_in: where it lacks one it needs.
    """

    name: str
    services: tuple[str, ...] = ()
    required: str = "no"
    secret: bool = False
    source: str = ""
    rule: str = ""
    about: str = ""
    group: str = ""
    set_in: tuple[str, ...] = ()
    missing_in: tuple[str, ...] = ()
    build_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFacts:
    """One line of the executed checklist.  `at`: seconds since the epoch."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureFacts:
    """A measured figure of the project: `promote`, `rollback`, `rebuild`, … in seconds."""

    id: str
    value: float
    at: float
    count: int = 1
    release: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFacts:
    """What is backed up, how, how long it is kept, and what was proven.  Times in seconds."""

    subject: str
    how: str
    schedule: str
    kept: str
    newest_at: float | None = None
    proven_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryFacts:
    """Objectives and what the last drill measured; seconds, None: not measured."""

    rpo_wanted_s: float | None = None
    rto_wanted_s: float | None = None
    rpo_s: float | None = None
    rto_s: float | None = None
    drilled_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFacts:
    """An indicator with its target, its alarm, and its present value as people write it."""

    title: Words
    target: str
    alarm: str
    level: Words
    value: str
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a document may speak of; `at`: when it was gathered.

    live False: only the files were read, so nothing is known of what runs.
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
    indicators: tuple[IndicatorFacts, ...] = ()
    migrations: tuple[str, ...] = ()
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
