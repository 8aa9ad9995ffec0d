"""The ports of the way back: what rollouts and drills ask of backup, and it of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from shipway.model.backup import Backup, DrillCheck, RestorePoint, RestoreTarget
from shipway.model.names import EnvironmentId
from shipway.ports import Cancelled, Output


class RestorePoints(Protocol):
    """What a rollout asks before it migrates."""

    def set(self, environment: EnvironmentId, name: str) -> tuple[RestorePoint, ...]:
        """Name this moment in each of the environment's databases; return what was named.

        Nothing where backups are off.  Never raises: what did not work is logged and becomes
        a condition, because a rollout must not fail for it.
        """
        ...


class Application(Protocol):
    """What a drill asks of rollouts: the application itself, on a copy of its database."""

    def asked(
        self,
        environment: EnvironmentId,
        service: str,
        address: str,
        *,
        cancelled: Cancelled = ...,
    ) -> AbstractContextManager[tuple[DrillCheck, ...]]:
        """Yield what the live release answers when its database is the one at `address`.

        service: the database's.  Inside the context its instances still run; nothing where
        nothing is live or no web service names the database.  What does not work is a check
        that failed; only Problem `cancelled` is raised.
        """
        ...


class Restores(Protocol):
    """What a restore's steps ask of backup; the swap itself is the rollout's."""

    def prepare(
        self, wanted: RestoreWanted, *, output: Output, cancelled: Cancelled
    ) -> Mapping[str, Any]:
        """Ensure that the wanted generation holds the data of the target, recovered and checked.

        Returns what was reached, as JSON values.  Safe to repeat after a crash: it begins
        anew.  Nothing live is touched.  Raises Problem `no-backup`, `not-covered`,
        `wal-missing`, `restore-failed`, and those of a repository.
        """
        ...

    def discard(self, wanted: RestoreWanted) -> None:
        """Ensure that nothing is left of what `prepare` made or began."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreWanted:
    """One database to bring back.

    generation: the name or number of the data's new generation.
    keep: leave the instance beside running, to look at.
    """

    environment: EnvironmentId
    service: str
    target: RestoreTarget
    generation: int | str
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlan:
    """What a restore will do, before it does it.

    reached_at: the moment that will be reached, as exactly as it is known.
    lost_s: how much of the time up to now is lost, in seconds.
    last_took_s: how long the last restore or drill took; None where there was none.
    """

    environment: EnvironmentId
    service: str
    target: RestoreTarget
    backup: Backup
    reached_at: float
    lost_s: float
    bytes: int
    last_took_s: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesWanted:
    """A backup of files, of Redis or of a bucket to be put into place.

    mark: the rollout's number, and at: its beginning; they name what is made and what is kept.
    """

    environment: EnvironmentId
    backup: str
    mark: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFiles:
    """A backup's content, complete beside what is live; as a journal keeps it.

    place: the live directory.  fresh: what was fetched.  kept: where what is live now will
    be.  inode: of the fetched directory, by which it is known wherever it is.
    stops: services that may not run while the two change places.
    A bucket has none of these but `place`, its name; kept: the backup made of it just now.
    """

    backup: str
    subject: str
    kind: str
    at: float
    bytes: int
    place: str
    kept: str
    fresh: str = ""
    inode: int = 0
    stops: tuple[str, ...] = ()


class FileRestores(Protocol):
    """What the steps of a restore of files ask of backup; everything is safe to repeat."""

    def chosen(self, environment: EnvironmentId, of: Sequence[str]) -> tuple[Backup, ...]:
        """Return the backups of these names or ids; all sources' newest where none is named.

        Raises Problem `no-backup`, `wrong-way`, `not-into-place`.
        """
        ...

    def fetch(self, wanted: FilesWanted, *, output: Output, cancelled: Cancelled) -> FetchedFiles:
        """Ensure that the backup's content lies beside what is live, which is not touched.

        Begins anew after a crash.  Raises Problem `disk-full`, and those of a repository.
        """
        ...

    def discard(self, wanted: FilesWanted) -> None:
        """Ensure that nothing is left of what `fetch` made; only while it is not in place."""
        ...

    def put_in(self, environment: EnvironmentId, fetched: FetchedFiles) -> None:
        """Ensure that what was fetched is in place, and what was there beside it.

        Nothing that uses it may run, but for a bucket.  In one moment: both or nothing.
        """
        ...

    def put_back(self, environment: EnvironmentId, fetched: FetchedFiles) -> None:
        """Ensure that what was there before `put_in` is in place again."""
        ...

    def take_turn(self, environment: EnvironmentId) -> bool:
        """Return whether no backup is being made, and none begins until `give_turn`.

        A backup must not see half of the one, half of the other.
        """
        ...

    def give_turn(self, environment: EnvironmentId) -> None:
        """Ensure that backups may begin."""
        ...

    def recovered(self, environment: EnvironmentId) -> None:
        """Ensure that a recovered environment may be saved again: its data is back."""
        ...
