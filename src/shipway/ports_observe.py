"""The ports of observation: what is measured where, its memory, and who tells it to people.

All of it is safe to call from several threads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shipway.model.condition import Condition, Level
from shipway.model.logs import LogEntry, LogPage, LogQuery, LogSource
from shipway.model.names import EnvironmentId
from shipway.model.notice import Notice, NoticeKind
from shipway.model.observe import (
    Incident,
    IncidentEvent,
    Point,
    Reading,
    Series,
    Silence,
)
from shipway.model.watching import SentrySettings
from shipway.model.workload import Instance

Conditions = Callable[[], Sequence[Condition]]
"""Answers what is wrong now: backups, certificates, the ingress.  Must come back soon."""

Readings = Callable[[], Sequence[Reading]]
"""Answers further figures: the age of a backup, the days of a certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One request as the ingress saw it; backend as in `Backend.id`, 101 was left out."""

    backend: str
    status: int
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What the ingress answered since it was last asked.

    upgraded: WebSockets open now, by backend; None where the ingress cannot tell.
    lost: more were answered than it could keep until it was asked: these are a sample.
    """

    answers: Sequence[Answer] = ()
    upgraded: Mapping[str, int] | None = None
    lost: bool = False


class Timings(Protocol):
    """The ingress' own timings."""

    def traffic(self, *, counted: bool = True) -> Traffic:
        """Return what was answered since the last call; it is told only once.

        counted: open WebSockets too, which costs as much again.
        Raises Problem `ingress-unavailable`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an instance has used: CPU seconds since it started, bytes of memory now."""

    cpu_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumePlace:
    """A named volume, and where this machine has it; None: not on this machine."""

    name: str
    path: Path | None
    reason: str = ""


class Gauge(Protocol):
    """What an engine can say of its instances' use of the machine."""

    def usage(self, instances: Sequence[Instance]) -> Mapping[str, Usage]:
        """Return the usage by instance id; those that cannot be measured are left out."""
        ...

    def volumes(self, environment: EnvironmentId) -> Sequence[VolumePlace]:
        """Return the environment's named volumes.  Raises Problem `engine-unavailable`."""
        ...


class HistoryPort(Protocol):
    """The bounded memory of all series."""

    def record(self, at: float, readings: Sequence[Reading]) -> None:
        """Keep one look at everything; rolls up and forgets by itself."""
        ...

    def series(self, environment: EnvironmentId | None = None) -> tuple[Series, ...]:
        """Return the series of an environment, or all, the machine's included."""
        ...

    def points(
        self, series: Collection[int], since: float, until: float, *, at_most: int = 400
    ) -> tuple[float, Mapping[int, tuple[Point, ...]]]:
        """Return (seconds a step, points by series), in the finest step that reaches back."""
        ...

    def let_go(self) -> None:
        """Leave to others what this thread holds, a connection for one, until it asks again."""
        ...


class IncidentsPort(Protocol):
    """Incidents, what happened to them, and silences."""

    def open(self, condition: Condition, *, release: str | None, rollout: int | None) -> Incident:
        """Open an incident of a condition that has none; the active one where it has."""
        ...

    def change(
        self,
        identifier: int,
        event: IncidentEvent,
        *,
        who: str = "shipway",
        condition: Condition | None = None,
    ) -> Incident:
        """Apply one event.  Raises IllegalTransition, Problem `no-incident`."""
        ...

    def refresh(self, identifier: int, condition: Condition) -> None:
        """Record that the condition still holds, with its figure now."""
        ...

    def get(self, identifier: int) -> Incident:
        """Return the incident.  Raises Problem `no-incident`."""
        ...

    def active(self, environment: EnvironmentId | None = None) -> tuple[Incident, ...]:
        """Return those that go on, the most urgent first; of all environments without one."""
        ...

    def recent(
        self, *, environment: EnvironmentId | None = None, since: float = 0.0, limit: int = 50
    ) -> tuple[Incident, ...]:
        """Return the latest incidents, the newest first."""
        ...

    def events(self, identifier: int) -> tuple[Mapping[str, object], ...]:
        """Return what happened to an incident: at, kind, who, level, text."""
        ...


class SilencesPort(Protocol):
    """Silences: who wants to hear nothing of what, until when."""

    def add(
        self,
        *,
        environment: EnvironmentId | None,
        condition: str,
        subject: str,
        until: float,
        by: str,
        reason: str,
    ) -> Silence:
        """Begin a silence."""
        ...

    def end(self, identifier: int) -> None:
        """End a silence now.  Raises Problem `no-silence`."""
        ...

    def current(self) -> tuple[Silence, ...]:
        """Return the silences that hold now."""
        ...


class OutboxPort(Protocol):
    """Notices that wait to be sent; they survive a restart."""

    def untold(self) -> tuple[tuple[Incident, NoticeKind], ...]:
        """Return the incidents of which people do not know yet what they are now."""
        ...

    def enqueue(
        self, incident: Incident, kind: NoticeKind, channels: Sequence[str], level: Level
    ) -> None:
        """Ensure that the incident's notice waits for each channel, and is not untold any more."""
        ...

    def due(self, now: float) -> tuple[Notice, ...]:
        """Return the notices to be sent now, oldest first."""
        ...

    def sent(self, identifiers: Sequence[int]) -> None:
        """Record that these have arrived."""
        ...

    def failed(self, identifiers: Sequence[int], error: str, again_at: float | None) -> None:
        """Record a failure; again_at None: given up."""
        ...

    def recent(self, limit: int = 50) -> tuple[Notice, ...]:
        """Return the latest notices, newest first."""
        ...


class Notifier(Protocol):
    """Tells people."""

    def send(self, address: str, *, title: str, body: str, deadline_s: float) -> None:
        """Deliver one message to an Apprise address.  Raises Problem `not-delivered`.

        The address holds secrets: it stands in no error.
        """
        ...

    def beat(self, address: str, *, deadline_s: float) -> None:
        """Ask for an HTTP address, that somebody outside notices when it stops.

        Raises Problem `not-delivered`.
        """
        ...


class LogbookPort(Protocol):
    """The logs of all instances, kept after these are gone; bounded by environment."""

    def append(self, environment: EnvironmentId, entries: Sequence[LogEntry]) -> None:
        """Keep entries; those beyond the bound make the oldest go."""
        ...

    def look(self, query: LogQuery, *, patience_s: float) -> LogPage:
        """Return the last wanted entries, as far back as patience goes."""
        ...

    def follow(
        self, query: LogQuery, cancelled: Callable[[], bool], *, after: float | None = None
    ) -> Iterator[LogEntry | None]:
        """Yield wanted entries as they come; None at least once a second without one.

        after: also those of the last moments that were written later than this.
        """
        ...

    def sources(self, environment: EnvironmentId) -> Mapping[LogSource, float]:
        """Return who wrote, and when last; those of long ago may be left out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A release that went live.  version: what Sentry calls it; at: ISO 8601, UTC."""

    settings: SentrySettings
    version: str
    commit: str
    environment: str
    name: str
    at: str


class DeployReporter(Protocol):
    """Tells an error tracker what was deployed."""

    def report(self, deployed: Deployed, *, token: str) -> None:
        """Ensure that it knows the release and the deploy.  Raises Problem `sentry-refused`."""
        ...
