"""A backup run: every source in turn, each by itself; then what has had its time is forgotten.

Invariant: a source counts as saved only when the repository has it whole; one that fails
keeps no other from being saved, and the run says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from shipway.backup.archive import drop_records, keep_record, read_records
from shipway.backup.buckets import drop_bucket_backups, take_bucket
from shipway.backup.ground import Ground, Taking
from shipway.backup.neo4j import take_neo4j
from shipway.backup.redis import take_redis
from shipway.backup.rehearsal import rehearse_all
from shipway.backup.retention import expired
from shipway.backup.sources import Source, inventory
from shipway.backup.state import take_state
from shipway.backup.volumes import take_volume
from shipway.errors import Problem
from shipway.model.backup import Backup, BackupKind, Drill
from shipway.model.backup_run import BackupRun, Part, RunKind, RunState
from shipway.model.names import EnvironmentId
from shipway.ports import Cancelled, Output
from shipway.ports_repository import Repository

log = logging.getLogger("shipway.backup")

VERIFY_PERCENT = 10
RECORDS_READ = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What to do.

    only: subjects or kinds; empty: all that the kind of run is for.  since: see `Taking`.
    """

    environment: EnvironmentId
    kind: RunKind
    who: str
    only: tuple[str, ...] = ()
    since: float | None = None


class Telling(NamedTuple):
    """Who is told, who ends it, and since when a base backup will do."""

    output: Output
    cancelled: Cancelled
    since: float | None


def begin(ground: Ground, request: RunRequest) -> tuple[BackupRun, Callable[..., BackupRun]]:
    """Record the run and return it, with the function that does it.

    Raises Problem `backup-runs`, `environment-locked`, `nothing-live`, `no-source` before anything is recorded.
    """
    sources = () if request.kind is RunKind.VERIFY else wanted(ground, request)
    with ground.turns.beginning(request.environment):
        run = ground.runs.begin(request.environment, request.kind, request.who)

    def act(output: Output = lambda _line: None, cancelled: Cancelled = lambda: False) -> BackupRun:
        return _guarded(ground, run, sources, Telling(output, cancelled, request.since))

    return run, act


def wanted(ground: Ground, request: RunRequest) -> tuple[Source, ...]:
    """Return the sources of a run.  Raises Problem `nothing-live`, `no-source`."""
    found = inventory(ground.live(request.environment)).sources
    if request.kind is RunKind.REDIS:
        found = tuple(item for item in found if item.kind is BackupKind.REDIS)
    if not request.only:
        return found
    chosen = tuple(
        item for item in found if item.subject in request.only or item.kind.value in request.only
    )
    names = {item.subject for item in found} | {item.kind.value for item in found}
    unknown = [name for name in request.only if name not in names]
    if unknown:
        known = ", ".join(f"{item.subject} ({item.kind})" for item in found)
        raise Problem(
            "no-source",
            f"{request.environment} has no {', '.join(unknown)} to save; it has: {known}.",
            hints=[f"shipway backup status {request.environment.name}"],
        )
    return chosen


def _guarded(
    ground: Ground,
    run: BackupRun,
    sources: tuple[Source, ...],
    telling: Telling,
) -> BackupRun:
    problem: Problem | None = None
    try:
        repository = ground.repository(run.environment)
        if run.kind is RunKind.VERIFY:
            _verify(ground, run, repository, telling)
        else:
            ground.writers.ensure_writer(run.environment)
            _save(ground, run, sources, repository, telling)
    except Problem as error:
        problem = error
        ground.repositories.forget_ready(run.environment)
    except Exception as error:
        problem = unexpected(error)
    now = ground.runs.get(run.id)
    good = problem is None and not now.failures
    if problem is None and any(
        str(item.get("kind", "")).startswith("repository-") for item in now.failures
    ):
        ground.repositories.forget_ready(run.environment)
    return ground.runs.end(run.id, RunState.SUCCEEDED if good else RunState.FAILED, problem)


def unexpected(error: Exception) -> Problem:
    """Return the Problem for an error of Shipway's own, which is logged whole."""
    log.error("unexpected", exc_info=error)
    return Problem(
        "internal-error",
        f"unexpected {type(error).__name__}: {error}. This is a defect of Shipway.",
        hints=["shipway daemon log"],
    )


def _save(
    ground: Ground,
    run: BackupRun,
    sources: tuple[Source, ...],
    repository: Repository,
    telling: Telling,
) -> None:
    output, cancelled, since = telling
    app = ground.live(run.environment)
    for source in sources:
        taking = Taking(
            ground=ground,
            environment=run.environment,
            app=app,
            repository=repository,
            output=lambda text, name=source.subject: output(f"{name}: {text}"),  # type: ignore[misc]
            cancelled=cancelled,
            since=since,
        )
        output(f"{source.subject}: saving ({source.kind})")
        began = ground.clock.now()
        try:
            for backup in _taken(taking, source):
                _keep(ground, repository, backup)
                ground.runs.add_part(run.id, _part(backup))
                output(f"{backup.subject}: saved, {backup.bytes / 1e6:.1f} MB")
        except Exception as error:
            problem = error if isinstance(error, Problem) else unexpected(error)
            output(f"{source.subject}: {problem.message}")
            ground.runs.add_part(
                run.id,
                Part(
                    subject=source.subject,
                    kind=source.kind.value,
                    began_at=began,
                    ended_at=ground.clock.now(),
                    problem=problem.as_dict(),
                ),
            )
            if problem.kind == "repository-full":  # for the next try
                with suppress(Problem):
                    _make_room(ground, run, sources, repository, output)
            if problem.kind == "cancelled" or problem.kind.startswith("repository-"):
                raise  # the others would meet the same
    _make_room(ground, run, sources, repository, output)


def _make_room(
    ground: Ground,
    run: BackupRun,
    sources: tuple[Source, ...],
    repository: Repository,
    output: Output,
) -> None:
    """Remove what has had its time, of everything and of the databases among the sources."""
    forget_expired(ground, run.environment, repository)
    for source in sources:
        if source.kind is BackupKind.BASE:
            output(f"{source.subject}: removing what has had its time")
            ground.prune_database(run.environment, source.subject)


def _taken(taking: Taking, source: Source) -> Iterator[Backup]:
    """Yield the backups of a source; what this machine's disk refuses is the source's Problem."""
    try:
        yield from _take(taking, source)
    except OSError as error:
        raise Problem(
            "source-unreadable",
            f"{source.subject} cannot be read or copied: {error}.",
            hints=["df -h", f"shipway backup create --only {source.subject}"],
        ) from error


def _take(taking: Taking, source: Source) -> Iterable[Backup]:
    if source.kind is BackupKind.BASE:
        return _take_database(taking, source)
    if source.kind is BackupKind.REDIS:
        return (take_redis(taking, source),)
    if source.kind is BackupKind.BUCKET:
        return (take_bucket(taking, source),)
    if source.kind is BackupKind.STATE:
        return (take_state(taking, source),)
    if source.neo4j:
        return (take_neo4j(taking, source),)
    return take_volume(taking, source)


def _take_database(taking: Taking, source: Source) -> Iterator[Backup]:
    taker = taking.ground.database
    if taker is None:
        raise Problem("not-supported", f"{source.subject}: PostgreSQL cannot be saved here.")
    yield taker(taking, source.subject)


def _keep(ground: Ground, repository: Repository, backup: Backup) -> None:
    """Record the backup in the repository too: Shipway's own memory may be lost."""
    if backup.kind is not BackupKind.BASE:  # whose room keeps its own
        keep_record(repository, backup)
    ground.records.add(backup)


def _part(backup: Backup) -> Part:
    return Part(
        subject=backup.subject,
        kind=backup.kind.value,
        began_at=backup.began_at,
        ended_at=backup.ended_at,
        backup=backup.id,
        bytes=backup.bytes,
        files=int(backup.facts.get("files", 0)),
        added_bytes=int(backup.facts.get("added_bytes", 0)),
    )


def _verify(ground: Ground, run: BackupRun, repository: Repository, telling: Telling) -> None:
    """Read a sample back, then bring the newest backup of everything but databases back."""
    output, cancelled, _since = telling
    began = ground.clock.now()
    output(f"reading back {VERIFY_PERCENT} % of {repository.where}")
    repository.check(read_data=True, percent=VERIFY_PERCENT)
    read_records(repository, newest=RECORDS_READ)
    stats = repository.stats()
    part = Part(
        subject="repository",
        kind="verify",
        began_at=began,
        ended_at=ground.clock.now(),
        backup="all",
        bytes=stats.stored_bytes,
        files=stats.snapshots,
    )
    ground.runs.add_part(run.id, part)
    for drill in rehearse_all(
        ground, run.environment, repository, output=output, cancelled=cancelled
    ):
        ground.runs.add_part(run.id, _rehearsed(drill))


def _rehearsed(drill: Drill) -> Part:
    wrong = "; ".join(check.says for check in drill.checks if not check.passed)
    problem = Problem(
        "drill-failed",
        f"the rehearsed restore of {drill.subject} failed: {wrong}.",
        hints=[f"shipway backup create {drill.environment.name}, then: shipway backup verify"],
    )
    return Part(
        subject=drill.subject,
        kind="drill",
        began_at=drill.began_at,
        ended_at=drill.ended_at,
        backup=drill.backup if drill.passed else None,
        problem=None if drill.passed else problem.as_dict(),
    )


def forget_expired(ground: Ground, environment: EnvironmentId, repository: Repository) -> None:
    """Forget what has had its time, in the repository and here."""
    settings = ground.live(environment).backup
    old = expired(ground.records.backups(environment), settings, ground.clock.now())
    buckets = [item for item in old if item.kind is BackupKind.BUCKET]
    if old:
        repository.forget([item.id for item in old if item not in buckets])
        drop_bucket_backups(repository, buckets)
        drop_records(repository, old)
        ground.records.forget(environment, [item.id for item in old])
