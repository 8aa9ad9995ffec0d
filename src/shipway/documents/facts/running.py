"""What runs: environments, their services, routes and releases."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """A service of an environment.

    role: web, worker, singleton, job or stateful.  runs: the image or what builds it.
    port: where it takes requests; exposure: `proxy`, `published`, `none`.
    note: what a reader should know: its command's workers, its volume.
    wanted, running: instances; running None: not known.
    health: the path that is probed.  waits_for: what Compose wants started before.
    open, measured_at: whether other machines reach one of its ports, as it was tried;
    open None: it was never tried.
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
    health: str = ""
    waits_for: tuple[str, ...] = ()
    open: bool | None = None
    measured_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFacts:
    """Where requests for a host and a path go; host None: any.

    limits: what holds there, as it is declared: `rate`, `burst`, `login`, `allow`, `cache`.
    """

    service: str
    path: str
    host: str | None = None
    websocket: bool = False
    limits: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """A release: `r42`, its commit and when it went live (seconds since the epoch)."""

    label: str
    commit: str
    subject: str
    at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentFacts:
    """An environment as it is declared, and as it runs where it does.

    layers: the files of variables, lowest first.  jobs: what runs once a release.
    journeys: (name, what it is about).  data: what a rollback leaves as it is.
    sleep_after_s: None: it never sleeps.  drifted: the files say something else than runs.
    """

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
    layers: tuple[str, ...] = ()
    jobs: tuple[tuple[str, str], ...] = ()
    journeys: tuple[tuple[str, str], ...] = ()
    data: tuple[str, ...] = ()
    sleep_after_s: float | None = None
    drifted: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalFacts:
    """A release that a person let into an environment; `artifacts`: (service, digest)."""

    environment: str
    release: str
    kind: str
    by: str
    at: float
    state: str
    override: str = ""
    artifacts: tuple[tuple[str, str], ...] = ()
