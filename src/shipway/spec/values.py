"""What a shipway.yaml says, as values.  Nothing is resolved here: None means "not said".

`source` is the place in the file; a Placed value is one that is checked later against
the Compose model and whose own line a message should name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.model.declared import DocumentSpec
from shipway.model.front import Tls
from shipway.model.journey import Journey
from shipway.model.pipeline import CiSettings
from shipway.model.registry import RegistrySettings
from shipway.model.routing import RateLimit
from shipway.model.watching import Channel, Heartbeat, RuleChange, SentrySettings
from shipway.model.workload import Role
from shipway.spec.contract.rules import Contract
from shipway.spec.kinds import Placed, nearest

FILE_NAMES = ("shipway.yaml", "shipway.yml")

Ranges = tuple[tuple[int, int], ...]
Variables = Mapping[str, Placed[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFile:
    """A file of variables; one that is not `required` may be missing."""

    path: str
    source: SourceRef
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpec:
    """A file that instances find at `target`; services None: all that Shipway builds.

    Its content is the file at `path`, or the vault's `secret`.
    """

    target: str
    source: SourceRef
    path: str = ""
    secret: str | None = None
    mode: int = 0o400
    owner: tuple[int, int] | None = None
    services: tuple[Placed[str], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSpec:
    """How a service is probed; `enabled` False: not at all."""

    source: SourceRef
    enabled: bool = True
    path: str | None = None
    status: Ranges | None = None
    host: str | None = None
    interval_s: float | None = None
    timeout_s: float | None = None
    deadline_s: float | None = None
    successes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSpec:
    """A rule of the ingress."""

    service: Placed[str]
    source: SourceRef
    path: str = "/"
    host: str | None = None
    port: int | None = None
    strip: bool = False
    timeout_s: float | None = None
    websocket_timeout_s: float | None = None
    rate: RateLimit | None = None
    burst: int | None = None
    body_bytes_max: int | None = None
    allow: tuple[str, ...] = ()
    login: Mapping[str, str] = field(default_factory=dict)
    cache: tuple[str, bool] = ("", False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontSpec:
    """What the ingress does beside routing; None: not said.

    headers: an empty value takes a default one away.  pages: files by status.
    """

    source: SourceRef
    headers: Mapping[str, str] | None = None
    pages: Mapping[str, Placed[str]] | None = None
    trusted_proxies: tuple[str, ...] | None = None
    compress: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """What Shipway has to know of a service beyond its Compose definition."""

    source: SourceRef
    role: Role | None = None
    port: int | None = None
    replicas: Placed[int] | None = None
    health: HealthSpec | None = None
    deploy: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrateSpec:
    """A job before the switch; command None: the service's own."""

    service: Placed[str]
    source: SourceRef
    name: str | None = None
    command: tuple[str, ...] | None = None
    deadline_s: float | None = None
    beside: bool | None = None
    once: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeSpec:
    """A request right after the switch."""

    path: str
    source: SourceRef
    name: str | None = None
    host: str | None = None
    method: str | None = None
    status: Ranges | None = None
    contains: str | None = None
    timeout_s: float | None = None
    attempts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverSpec:
    """A failed check that the owner accepts, up to and including a day."""

    check: str
    reason: str
    by: str
    until: date
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class SleepSpec:
    """After how many seconds without a request it sleeps; really: production, too."""

    after_s: float
    source: SourceRef
    really: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSpec:
    """One environment: where it is reached and what differs in it.

    routes None: the common ones.  rollout holds only the figures that are overridden.
    """

    source: SourceRef
    tls: Tls | None = None
    front: FrontSpec | None = None
    port: int = 0  # load_spec gives staging and production theirs, and refuses 0 elsewhere
    hosts: tuple[str, ...] = ()
    path: str = "/"
    address: str = "0.0.0.0"  # noqa: S104 - the front door of the server
    env_files: tuple[EnvFile, ...] = ()
    variables: Variables = field(default_factory=dict, repr=False)
    files: tuple[FileSpec, ...] = ()
    profiles: tuple[str, ...] = ()
    compose: tuple[str, ...] = ()
    replicas: Mapping[str, Placed[int]] = field(default_factory=dict)
    routes: tuple[RouteSpec, ...] | None = None
    rollout: Mapping[str, Any] = field(default_factory=dict)
    sleep: SleepSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSpec:
    """How environments for branches are made; sleep_after_s None: they never sleep."""

    source: SourceRef | None = None
    base: str = "staging"
    host: str | None = None
    ports: tuple[int, int] = (4600, 4699)
    sleep_after_s: float | None = 3600.0
    expires_after_s: float = 7 * 86_400.0
    count_max: int = 5
    data: str = "fresh"
    masks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A whole shipway.yaml.  compose empty: the files that Docker Compose would find."""

    source: SourceRef
    project: str = ""
    compose: tuple[str, ...] = ()
    engine: str | None = None
    profiles: tuple[str, ...] = ()
    env_files: tuple[EnvFile, ...] = ()
    variables: Variables = field(default_factory=dict, repr=False)
    contract: Contract = field(default_factory=dict)
    files: tuple[FileSpec, ...] = ()
    environments: Mapping[str, EnvironmentSpec] = field(default_factory=dict)
    routes: tuple[RouteSpec, ...] | None = None
    front: FrontSpec | None = None
    services: Mapping[str, ServiceSpec] = field(default_factory=dict)
    migrate: tuple[MigrateSpec, ...] = ()
    smoke: tuple[SmokeSpec, ...] = ()
    journeys: tuple[Journey, ...] = ()
    waivers: tuple[WaiverSpec, ...] = ()
    gates: Mapping[str, str] = field(default_factory=dict)
    ci: CiSettings | None = None
    rollout: Mapping[str, Any] = field(default_factory=dict)
    backup: Mapping[str, Any] = field(default_factory=dict)
    language: str = "en"
    indicators: Mapping[str, Any] = field(default_factory=dict)
    alerts: tuple[RuleChange, ...] = ()
    notify: tuple[Channel, ...] = ()
    heartbeat: Heartbeat | None = None
    sentry: SentrySettings | None = None
    registry: RegistrySettings | None = None
    document: DocumentSpec = field(default_factory=DocumentSpec)

    previews: PreviewSpec = field(default_factory=PreviewSpec)

    def environment(self, name: str) -> EnvironmentSpec:
        """Return the environment called `name`; Problem `unknown-environment`."""
        if name in self.environments:
            return self.environments[name]
        known = ", ".join(self.environments)
        meant = nearest(name, self.environments)
        hints = [f"did you mean {meant!r}?"] if meant else []
        hints.append(f"declare it below `environments:` in {self.source.path}")
        raise Problem(
            "unknown-environment",
            f"there is no environment {name!r}; {self.source.path} declares {known}.",
            hints=hints,
        )
