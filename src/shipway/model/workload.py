"""A workload: a service of a release with N replicas, as an engine is asked to run it.

A workload is complete: the engine needs no other file or variable to run it.  What
Compose says of the service is carried as Compose's own canonical definition (the form
that `docker compose config` prints), so that each engine reads from it what it honours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from shipway.model.names import Scope


class Role(StrEnum):
    """How a rollout treats a service."""

    WEB = "web"  # serves requests: started beside, switched, drained
    WORKER = "worker"  # takes jobs: starts at the switch, its predecessor finishes what it holds
    SINGLETON = "singleton"  # two must never run: stopped before its successor starts
    JOB = "job"  # runs to its end, once a release: a migration
    STATEFUL = "stateful"  # owns data: the environment's, never replaced by a rollout


class SecretMap(Mapping[str, str]):
    """Environment variables of an instance; shows its keys, never its values."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = dict(values or {})

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{key}=***" for key in sorted(self._values)) + "}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """What a build gives: an image by its id, or a directory by its content hash.

    `reference` is `sha256:…` in both cases and names the content, never a tag.
    `name` is the human name: the image as Compose calls it, or the service.
    """

    service: str
    kind: Literal["image", "tree"]
    reference: str
    name: str
    built: bool = True
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def short(self) -> str:
        """Return the first twelve hexadecimal digits, as Docker shows them."""
        return self.reference.removeprefix("sha256:")[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class MountedFile:
    """A file that an instance finds at `target`, with an owner and a mode.

    `content` is held here and not a path, because the file is part of the release's
    configuration; `mode` is octal permission bits; `uid`/`gid` None: as the engine runs.
    """

    target: str
    content: bytes = field(repr=False)
    mode: int = 0o400
    uid: int | None = None
    gid: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One service of a release (or of an environment, where stateful), ready to run.

    definition: the service as `docker compose config --format json` prints it.
    environment: the resolved variables; they replace `definition["environment"]`.
    volumes: the top-level `volumes` that the definition's mounts refer to.
    networks, secrets, configs: likewise.
    port: the port on which instances take requests, None where there is none.
    stop_grace_s: seconds between the stop signal and SIGKILL.
    argv: replaces the service's command (jobs, `shipway run`); None: as Compose says.
    peers: the names of all services of the application; environment_peers: those of them
    that are stateful and belong to the environment; aliases: further names (network
    aliases, container names) and the service that each means.  An engine without name
    resolution of its own needs them to know what a host name in a variable means.
    """

    scope: Scope
    service: str
    role: Role
    artifact: Artifact
    definition: Mapping[str, Any] = field(default_factory=dict)
    environment: SecretMap = field(default_factory=SecretMap)
    files: tuple[MountedFile, ...] = ()
    volumes: Mapping[str, Any] = field(default_factory=dict)
    networks: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Any] = field(default_factory=dict)
    configs: Mapping[str, Any] = field(default_factory=dict)
    replicas: int = 1
    port: int | None = None
    stop_signal: str = "SIGTERM"
    stop_grace_s: float = 10.0
    argv: tuple[str, ...] | None = None
    peers: tuple[str, ...] = ()
    environment_peers: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)


class Priority(StrEnum):
    """Who goes first where the processors do not suffice for all."""

    NORMAL = "normal"  # serves users
    BACKGROUND = "background"  # not yet: it boots beside what serves


class InstanceState(StrEnum):
    """What an instance is doing, as its engine sees it."""

    CREATED = "created"
    RUNNING = "running"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    EXITED = "exited"


class Health(StrEnum):
    """The verdict of the service's own Compose healthcheck, where it has one."""

    NONE = "none"
    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A running copy of a service.

    id: the engine's own; address: where this machine reaches it (None while not running);
    index counts from 1; started_at in seconds since the epoch; restarts since creation.
    """

    id: str
    scope: Scope
    service: str
    index: int
    state: InstanceState
    address: str | None = None
    exit_code: int | None = None
    restarts: int = 0
    started_at: float | None = None
    health: Health = Health.NONE

    @property
    def name(self) -> str:
        """Return the instance's name among its release's: `api-1`."""
        return f"{self.service}-{self.index}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of an instance's output; `at` in seconds since the epoch."""

    at: float
    instance: str
    stream: Literal["stdout", "stderr"]
    text: str
