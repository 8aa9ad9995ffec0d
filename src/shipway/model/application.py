"""An application as one environment will run it: everything resolved, nothing running yet.

It is what `spec` makes of a commit's `shipway.yaml`, its Compose files and the
environment's layers, and what a rollout plans from.  It holds no image and no digest:
artifacts come from the build, so that the same application can be promoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.errors import SourceRef
from shipway.model.backup_settings import BackupSettings
from shipway.model.front import FrontDoor
from shipway.model.journey import Journey
from shipway.model.names import EnvironmentId
from shipway.model.registry import RegistrySettings
from shipway.model.routing import RateLimit
from shipway.model.watching import Watching
from shipway.model.workload import MountedFile, Role, SecretMap

HEALTH_PATHS = ("/health", "/healthz", "/up", "/")
"""Tried in this order where nobody said which path tells a service's health."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How a routed service is asked whether it is ready.

    paths: one, or candidates of which the first that is not 404 or 405 counts.
    status: inclusive ranges of good answers.  host: the Host header; None: the address, which
    frameworks with a list of allowed names refuse.
    Ready after `successes` good answers in a row; given up after `deadline_s`.
    """

    paths: tuple[str, ...] = HEALTH_PATHS
    status: tuple[tuple[int, int], ...] = ((200, 399),)
    host: str | None = "localhost"
    interval_s: float = 0.1
    timeout_s: float = 5.0
    deadline_s: float = 60.0
    successes: int = 1
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service of the application.

    definition: Compose's canonical form.  environment: its resolved variables.
    port: where instances take requests; None where it takes none.
    build: whether Shipway builds it, else its image is fetched.
    after: services that Compose wants started before (depends_on), for the stateful ones.
    """

    name: str
    role: Role
    definition: Mapping[str, Any]
    environment: SecretMap = field(default_factory=SecretMap)
    files: tuple[MountedFile, ...] = ()
    port: int | None = None
    replicas: int = 1
    probe: Probe | None = None
    build: bool = False
    stop_signal: str = "SIGTERM"
    stop_grace_s: float = 10.0
    after: tuple[str, ...] = ()
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRule:
    """Requests for `host` (None: any) below `path` go to a service.

    rate: of one client.  allow: networks; everyone else is refused.
    login: (user, name of the value that holds the password).
    cache: Cache-Control for answers without; `cache_hashed`: only of files whose name
    holds a hash.
    """

    service: str
    path: str = "/"
    host: str | None = None
    strip: bool = False
    response_timeout_s: float = 60.0
    tunnel_timeout_s: float = 86_400.0
    rate: RateLimit | None = None
    body_bytes_max: int | None = None
    allow: tuple[str, ...] = ()
    login: tuple[tuple[str, str], ...] = ()
    cache: str = ""
    cache_hashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A command that runs to its end before the switch, once a release.

    argv None: the service's own command (a Compose job).
    beside: the new release's instances boot meanwhile.  Saves the time of the job; only for
    applications that do not read the schema while they boot.
    once: it runs once in an environment, not for each release: a first administrator.
    """

    name: str
    service: str
    argv: tuple[str, ...] | None = None
    deadline_s: float = 600.0
    beside: bool = False
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeCheck:
    """A request through the ingress right after the switch; a bad answer switches back."""

    name: str
    path: str
    host: str | None = None
    method: str = "GET"
    status: tuple[tuple[int, int], ...] = ((200, 399),)
    contains: str | None = None
    timeout_s: float = 5.0
    attempts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The figures of a rollout, in seconds and bytes.

    settle_s: how long a worker must stay up, from its start on, to count as started, where
    its own healthcheck is not content before.
    soak_s: how long the new release is watched after its smoke checks.
    drain_deadline_s: how long open connections of a retired release may last.
    keep_warm_s: how long the earlier release keeps running for an instant rollback.
    releases_kept: earlier releases kept for rollback, per environment.
    disk_floor_bytes: cleaning starts below it; disk_minimum_bytes: a rollout is refused.
    """

    settle_s: float = 3.0
    soak_s: float = 0.0
    drain_deadline_s: float = 60.0
    keep_warm_s: float = 600.0
    releases_kept: int = 2
    disk_floor_bytes: int = 20 * 1024**3
    disk_minimum_bytes: int = 1024**3
    build_deadline_s: float = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A whole application in one environment.

    port: the ingress' port; hosts: names it answers to (empty: all); base_path: the
    prefix under which the environment lives (`/`: none; otherwise it is stripped).
    front: certificates, headers and pages at the ingress.
    volumes, networks, secrets, configs: the top-level sections of the Compose model.
    notes: what the user should know: guesses made, things left aside.
    registry: where images that are built here are pushed; None: nowhere.
    sleep_after_s: idle for that long, its stateless instances are stopped; None: never.
    root: the checkout below which the paths of the definitions lie; where, not what.
    """

    environment: EnvironmentId
    services: tuple[Service, ...]
    routes: tuple[RouteRule, ...]
    port: int
    address: str = "0.0.0.0"  # noqa: S104 - the front door of the server
    hosts: tuple[str, ...] = ()
    base_path: str = "/"
    front: FrontDoor = field(default_factory=FrontDoor)
    jobs: tuple[Job, ...] = ()
    smoke: tuple[SmokeCheck, ...] = ()
    journeys: tuple[Journey, ...] = ()
    policy: Policy = field(default_factory=Policy)
    backup: BackupSettings = field(default_factory=BackupSettings)
    watching: Watching = field(default_factory=Watching)
    engine: str | None = None
    registry: RegistrySettings | None = None
    volumes: Mapping[str, Any] = field(default_factory=dict)
    networks: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Any] = field(default_factory=dict)
    configs: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    root: str = ""
    sleep_after_s: float | None = None

    def service(self, name: str) -> Service:
        """Return the service called `name`; KeyError where there is none."""
        for service in self.services:
            if service.name == name:
                return service
        raise KeyError(name)

    def of_role(self, *roles: Role) -> tuple[Service, ...]:
        """Return the services of these roles, in the order of the Compose file."""
        return tuple(service for service in self.services if service.role in roles)
