"""The ports: what the use cases ask of the world.

Each is a Protocol of few methods, implemented by adapters that no use case imports.
"Ensure" in a docstring means: safe to repeat, and done when it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from shipway.model.names import EnvironmentId, Scope
from shipway.model.registry import RegistryLogin
from shipway.model.routing import IngressConfig, IngressStatus, RequestTimings
from shipway.model.workload import Artifact, Instance, LogLine, Priority, Workload

Output = Callable[[str], None]
"""Takes one line of progress or of a command's output, without its newline."""

Cancelled = Callable[[], bool]
"""Answers whether the work should stop; asked at least once a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What an engine says of itself; `notes` are differences a user should know."""

    name: str
    version: str
    details: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Engine(Protocol):
    """Runs workloads.

    An engine never touches anything that does not carry Shipway's own labels, and the
    labels decide, never a name's beginning.
    """

    name: str

    def facts(self) -> EngineFacts:
        """Return the engine's version and limits.  Raises Problem `engine-unavailable`."""
        ...

    def review(self, workload: Workload) -> tuple[str, ...]:
        """Return what of the workload's Compose definition this engine will not honour.

        Pure; one sentence each, naming the key.
        """
        ...

    def create(self, workload: Workload) -> tuple[Instance, ...]:
        """Ensure that the workload's instances exist, with all they need, not started.

        Those that run already are left running.  Raises Problem.
        """
        ...

    def start(
        self, workload: Workload, *, priority: Priority = Priority.NORMAL
    ) -> tuple[Instance, ...]:
        """Ensure that the workload's instances exist and run.

        Those that are started by this call get the priority.
        Returns at once when they run, not when they are healthy.  Raises Problem.
        """
        ...

    def prioritise(self, workload: Workload, priority: Priority) -> None:
        """Ensure that the workload's existing instances go before or behind others.

        In force where processors are short, and until it is said anew.  What serves users
        is `NORMAL`; what only boots beside it is `BACKGROUND`.  An engine that cannot tell
        instances apart does nothing and says so in its facts.
        """
        ...

    def stop(self, instances: Sequence[Instance]) -> None:
        """Ensure that the instances have stopped; they stay, and can be started again.

        All at the same time, each with its own stop signal and grace period, as given
        when it was created.  Returns when all have ended.
        """
        ...

    def remove(self, scope: Scope, *, service: str | None = None) -> None:
        """Ensure that the scope has no instance and nothing that served it (network, …).

        Running ones are stopped first.  With `service`, only that service's instances.
        Never a volume.
        """
        ...

    def instances(
        self, environment: EnvironmentId | None = None, scope: Scope | None = None
    ) -> tuple[Instance, ...]:
        """Return the instances of an environment, of a scope, or all that are Shipway's."""
        ...

    def remove_data(self, environment: EnvironmentId) -> tuple[str, ...]:
        """Ensure that the environment's named volumes are gone; return their names.

        The only act that deletes data: called on a person's explicit word, when nothing
        of the environment runs any more.  Never an external volume.
        """
        ...

    def run(
        self,
        workload: Workload,
        *,
        deadline_s: float,
        output: Output,
        cancelled: Cancelled = lambda: False,
    ) -> int:
        """Run one instance of the workload to its end, return its exit code; it is removed.

        Not idempotent by itself: an earlier run of the same workload that is still going
        (its starter died) is ended first.  Raises Problem `deadline` after `deadline_s`.
        """
        ...


class Console(Protocol):
    """What a person does at an instance; every engine implements it beside Engine."""

    def logs(
        self,
        instance: Instance,
        *,
        follow: bool = False,
        tail: int | None = None,
        cancelled: Cancelled = lambda: False,
    ) -> Iterator[LogLine]:
        """Yield log lines, oldest first; with `follow`, until the instance ends."""
        ...

    def exec_argv(self, instance: Instance, argv: Sequence[str], *, tty: bool) -> list[str]:
        """Return the command that runs `argv` inside the instance, on this machine.

        The CLI runs it with the person's own terminal.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """One service to build.

    source: the checked-out tree of the commit, read only.
    definition: the service as Compose's canonical form has it, paths below `source`.
    secrets: the top-level `secrets` that the definition's build names.
    login: who fetches images of the application's own registry.
    """

    project: str
    service: str
    commit: str
    source: Path
    definition: Mapping[str, Any]
    secrets: Mapping[str, Any] = field(default_factory=dict)
    deadline_s: float = 1800.0
    login: RegistryLogin | None = None


class Builder(Protocol):
    """Makes artifacts and keeps them; every engine implements it beside Engine."""

    def build(
        self, request: BuildRequest, *, output: Output, cancelled: Cancelled = lambda: False
    ) -> Artifact:
        """Ensure that the service's artifact exists, built or fetched; reuse where possible.

        Raises Problem `build-failed` with the last lines of the build's output,
        `image-not-found`, `deadline`.
        """
        ...

    def exists(self, artifact: Artifact) -> bool:
        """Return whether the artifact can still be started from."""
        ...

    def tag(self, project: str, artifact: Artifact, tag: str) -> None:
        """Ensure that `tag` (staging, production, rollback, r42) names this artifact."""
        ...

    def prune(self, project: str, keep: Sequence[Artifact], *, output: Output) -> int:
        """Remove the project's artifacts that are not in `keep`; return bytes freed.

        Only what carries Shipway's labels for this project; never a volume.
        """
        ...


class Registry(Protocol):
    """Copies of images elsewhere; beside Builder where an engine's artifacts are images.

    A password goes to the registry alone: into no argument, no output and no Problem.
    """

    def push(
        self,
        artifact: Artifact,
        repository: str,
        login: RegistryLogin | None,
        *,
        deadline_s: float,
        output: Output,
        cancelled: Cancelled = lambda: False,
    ) -> str:
        """Ensure that the repository has the image; return its name there, by digest.

        Raises Problem `registry-refused`, `deadline`, `cancelled`.
        """
        ...

    def pull(
        self,
        artifact: Artifact,
        name: str,
        login: RegistryLogin | None,
        *,
        deadline_s: float,
        output: Output,
        cancelled: Cancelled = lambda: False,
    ) -> None:
        """Ensure that the image is on the engine, fetched by its name where it is not.

        Raises Problem `registry-refused`, also where another image comes; `deadline`,
        `cancelled`.
        """
        ...


class BuildCache(Protocol):
    """What an engine keeps to build faster; beside Builder where an engine has such a thing."""

    def prune_build_cache(self, keep_bytes: int) -> int:
        """Remove build cache beyond `keep_bytes`, the oldest first; return the bytes freed."""
        ...


class Ingress(Protocol):
    """The proxy in front."""

    def apply(self, config: IngressConfig) -> None:
        """Ensure that the proxy runs and that its running state equals `config`.

        All changes of upstreams take effect together, without a reload.  When it returns,
        no new request reaches an upstream that is not ready.  An upstream that `config` no
        longer names is removed only when its connections are gone or were cut by its end.
        Raises Problem `port-in-use`, `ingress-unavailable`, `ingress-refused`.
        """
        ...

    def status(self) -> IngressStatus:
        """Return the running state as the proxy itself reports it."""
        ...

    def alive(self) -> bool:
        """Return whether the proxy runs; costs next to nothing, to be asked every second."""
        ...

    def shutdown(self) -> None:
        """Ensure that the proxy has ended."""
        ...


class AccessLog(Protocol):
    """What the proxy measured of each request; the ingress implements it beside Ingress."""

    def timings(self) -> RequestTimings:
        """Return the requests that ended since the last call, oldest first.

        Bounded: the proxy remembers some thousands; whoever asks every few seconds gets
        all of an ordinary load, and is told where some were lost.  One reader only.
        Nothing where no proxy runs.
        """
        ...


class Clock(Protocol):
    """Time, so that tests can have their own."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
