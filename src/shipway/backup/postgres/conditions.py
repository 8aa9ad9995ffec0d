"""What is wrong with the databases' streams right now, each thing with its figure.

backup-wal-stopped          no WAL comes: the receiver, the database or the repository does not answer
backup-wal-lags             WAL comes, but what was kept last is older than the promise
backup-wal-other-database   the repository holds another database's backups
backup-base-failed          the base backup that restores begin with was not made
backup-base-old             the newest base is older than two of its turns: restores take longer
backup-slot-retains         the server keeps much WAL for a receiver that does not take it
backup-point-failed         the last restore point could not be set
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from shipway.backup.postgres.moments import clock_time
from shipway.backup.postgres.one_stream import Stream
from shipway.backup.postgres.points import NamedMoments
from shipway.backup.postgres.running import Asker
from shipway.backup.postgres.streams import Streams
from shipway.errors import Problem
from shipway.model.backup import BackupKind
from shipway.model.condition import Condition, Level
from shipway.model.names import EnvironmentId
from shipway.model.words import Words
from shipway.ports_backup import BackupRecords
from shipway.ports_data import Database, Databases
from shipway.ports_repository import OTHER_SERVER

LAGS_S = 75.0
"""More than the time between two questions to a server at rest."""
STOPPED_S = 30.0
OLD_S = 2 * 86_400.0 + 3600.0
RETAINS_BYTES = 1_000_000_000
ASK_EVERY_S = 60.0
ASK_STEADY_S = 600.0
"""A receiver that runs takes what the server has, and the server lets go of it."""
RETAINED = """
SELECT coalesce(pg_current_wal_lsn() - restart_lsn, 0)::bigint FROM pg_replication_slots
  WHERE slot_name = 'shipway'
"""


@dataclass(slots=True, kw_only=True)
class DatabaseConditions:
    """Answers with the conditions that hold now; asks a server at most once a minute.

    And every ten minutes while its receiver runs steadily: each question starts a program.
    """

    databases: Databases
    streams: Streams
    points: NamedMoments
    records: BackupRecords
    clock: Callable[[], float] = time.time
    _retained: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)

    def now(self) -> tuple[Condition, ...]:
        """Return what is wrong with all databases that are backed up."""
        found: list[Condition] = []
        for environment in self.databases.environments():
            settings = self.databases.settings(environment)
            if settings is None or not settings.scheduled:
                continue
            for database in self.databases.of(environment):
                stream = self.streams.known(environment, database.service)
                if stream is not None and database.service not in settings.exclude:
                    found += self._of(database, stream)
            if (problem := self.points.failed.get(environment)) is not None:
                found.append(_point_failed(environment, problem))
        return tuple(found)

    def _of(self, database: Database, stream: Stream) -> Iterator[Condition]:
        problem = stream.problem
        if problem is not None and problem.kind == OTHER_SERVER:
            return  # said of the environment: `conditions/writer.py`
        if problem is not None and problem.kind == "backup-other-database":
            yield _condition(
                database, "wal-other-database", Level.URGENT,
                f"{database.service} is not backed up: {problem.message}",
                f"{database.service}가 백업되지 않습니다: 저장소에는 다른 데이터베이스의 백업이 있습니다.",
                hint=f"shipway backup restore {database.environment.name} --latest",
            )  # fmt: skip
            return
        yield from self._stream(database, stream)
        yield from self._base(database, stream)
        retained = self._retained_bytes(database, stream)
        if retained > RETAINS_BYTES:
            yield _condition(
                database, "slot-retains", Level.WARNING,
                f"{database.service} keeps {retained / 1e9:.1f} GB of WAL that nobody has taken.",
                f"{database.service}에 아직 전송되지 않은 WAL이 {retained / 1e9:.1f} GB 쌓여 있습니다.",
                figure=float(retained), unit="B",
            )  # fmt: skip

    def _stream(self, database: Database, stream: Stream) -> Iterator[Condition]:
        kept = stream.shipper.covered_at
        age = self.clock() - kept if kept else None
        down = stream.receiver.down_since
        stopped = down is not None and time.monotonic() - down > STOPPED_S
        why = f" ({stream.problem.message})" if stream.problem else ""
        since = f" since {clock_time(kept)}" if kept else ""
        if stopped or (stream.problem is not None and (age is None or age > STOPPED_S)):
            yield _condition(
                database, "wal-stopped", Level.URGENT,
                f"no WAL of {database.service} has been kept{since}{why}.",
                f"{database.service}의 WAL 백업이 중단되었습니다.",
                figure=age, unit="s", hint=f"shipway backup status {database.environment.name}",
            )  # fmt: skip
        elif age is not None and age > LAGS_S:
            yield _condition(
                database, "wal-lags", Level.WARNING,
                f"the WAL of {database.service} is {age:.0f} s behind{why}.",
                f"{database.service}의 WAL 백업이 {age:.0f}초 지연되고 있습니다.",
                figure=age, unit="s", hint=f"shipway backup status {database.environment.name}",
            )  # fmt: skip

    def _base(self, database: Database, stream: Stream) -> Iterator[Condition]:
        bases = self.records.backups(
            database.environment, kind=BackupKind.BASE, subject=database.service
        )
        if stream.base_problem is not None:
            yield _condition(
                database, "base-failed", Level.URGENT,
                f"the base backup of {database.service} failed: {stream.base_problem.message}",
                f"{database.service}의 베이스 백업이 실패했습니다.",
                hint=f"shipway backup create {database.environment.name}",
            )  # fmt: skip
        elif bases and (age := self.clock() - bases[0].ended_at) > OLD_S:
            yield _condition(
                database, "base-old", Level.WARNING,
                f"the newest base backup of {database.service} is {age / 3600:.0f} h old.",
                f"{database.service}의 최신 베이스 백업이 {age / 3600:.0f}시간 전의 것입니다.",
                figure=age, unit="s", hint=f"shipway backup create {database.environment.name}",
            )  # fmt: skip

    def _retained_bytes(self, database: Database, stream: Stream) -> int:
        key = (str(database.environment), database.service)
        asked_at, bytes_ = self._retained.get(key, (-1e9, 0))
        steady = stream.problem is None and stream.receiver.steady
        if self.clock() - asked_at >= (ASK_STEADY_S if steady else ASK_EVERY_S):
            try:
                bytes_ = int(Asker.of(database).one(RETAINED) or 0)
            except Problem:
                bytes_ = 0  # that it does not answer is another condition
            self._retained[key] = (self.clock(), bytes_)
        return bytes_


def _point_failed(environment: EnvironmentId, problem: Problem) -> Condition:
    return Condition(
        id="backup-point-failed",
        subject="restore point",
        level=Level.WARNING,
        environment=environment,
        says=Words(
            f"no restore point was set before the last rollout: {problem.message}",
            f"지난 배포 전에 복원 지점을 만들지 못했습니다: {problem.message}",
        ),
        hint=f"shipway backup status {environment.name}",
    )


def _condition(
    database: Database,
    identifier: str,
    level: Level,
    english: str,
    korean: str,
    *,
    figure: float | None = None,
    unit: str = "",
    hint: str = "",
) -> Condition:
    return Condition(
        id=f"backup-{identifier}",
        subject=database.service,
        level=level,
        environment=database.environment,
        says=Words(english, korean),
        figure=figure,
        unit=unit,
        hint=hint,
    )
