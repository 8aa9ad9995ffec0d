"""Drills: the newest backup restored into a throw-away copy, looked at, timed, thrown away.

First the copy stands still at the moment at which the rows were counted, so that they can
be compared exactly; then it goes on to the last transaction, as a real restore would.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from shipway.backup.postgres import counts, recovery
from shipway.backup.postgres.base import counted_at
from shipway.backup.postgres.catalogue import Catalogue
from shipway.backup.postgres.choose import Choice
from shipway.backup.postgres.copying import Copy
from shipway.backup.postgres.restores import DatabaseRestores
from shipway.backup.postgres.running import Asker
from shipway.errors import Problem
from shipway.model.backup import Drill, DrillCheck, RestoreTarget
from shipway.model.backup_settings import DrillQuery
from shipway.model.names import EnvironmentId
from shipway.ports import Cancelled, Output
from shipway.ports_backup import BackupRecords
from shipway.ports_data import Database
from shipway.ports_restore import Application

CHECK_S = 1800.0
DRILL = "drill"
VISIT_S = 5.0
LATEST = RestoreTarget()


@dataclass(slots=True, kw_only=True)
class _Found:
    """What a drill has seen so far.

    covered_at: until when everything had been kept; last_at: the last moment restored.
    """

    checks: list[DrillCheck] = field(default_factory=list)
    rto_s: float | None = None
    rpo_s: float | None = None
    covered_at: float | None = None
    last_at: float | None = None

    def see(self, name: str, act: Callable[[], str]) -> None:
        """Record a check: what `act` says, or that it failed and why."""
        try:
            self.checks.append(DrillCheck(name=name, passed=True, says=act()))
        except Problem as problem:
            says = "; ".join([problem.message, *problem.details[-3:]])
            self.checks.append(DrillCheck(name=name, passed=False, says=says))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drills:
    """Rehearses restores."""

    restores: DatabaseRestores
    records: BackupRecords
    application: Application
    clock: Callable[[], float] = time.time

    def run(
        self,
        environment: EnvironmentId,
        service: str,
        queries: tuple[DrillQuery, ...] = (),
        *,
        ask_application: bool = True,
        output: Output,
        cancelled: Cancelled = lambda: False,
    ) -> Drill:
        """Rehearse a restore of the newest backup, and record what was seen.

        ask_application: whether the application itself is started on the copy and asked.
        Raises Problem where there is nothing to rehearse with; that a restore fails is the
        drill's result, not an error.
        """
        database = self.restores.database(environment, service)
        began_at, began = self.clock(), time.monotonic()
        repository = self.restores.streams.repository(environment)
        with suppress(Problem):  # what has come is enough, as for a restore
            self.restores.streams.ship_now(database)
        catalogue = Catalogue(repository=repository, database=database)
        choice = catalogue.choose(LATEST, began_at)
        copy = self._copy(database, output, cancelled)
        found = _Found()
        try:
            found.covered_at = self._covered_at(database, choice)
            asker = self._rehearse(catalogue, choice, copy, found, queries=queries)
            if ask_application:
                self._ask_application(database, asker, found, copy)
            if found.last_at is not None:
                found.rpo_s = round(max(0.0, began_at - found.last_at), 3)
        except Problem as problem:
            if problem.kind == "cancelled":
                raise
            says = "; ".join([problem.message, *problem.details[-3:]])
            found.checks.append(DrillCheck(name="restored", passed=False, says=says))
        finally:
            copy.discard()
        drill = Drill(
            environment=environment,
            subject=service,
            backup=choice.backup.id,
            began_at=began_at,
            ended_at=began_at + time.monotonic() - began,
            rto_s=found.rto_s,
            rpo_s=found.rpo_s,
            checks=tuple(found.checks),
        )
        self.records.add_drill(drill)
        return drill

    def clear(self, database: Database) -> None:
        """Ensure that nothing is left of a drill that was cut off with its daemon."""
        copy = self._copy(database, lambda _line: None, lambda: False)
        if copy.is_there:
            copy.discard()

    def _copy(self, database: Database, output: Output, cancelled: Cancelled) -> Copy:
        return Copy(
            database=database,
            places=self.restores.places,
            service=f"{database.service}.{DRILL}",
            generation=DRILL,
            output=output,
            cancelled=cancelled,
        )

    def _rehearse(
        self,
        catalogue: Catalogue,
        choice: Choice,
        copy: Copy,
        found: _Found,
        *,
        queries: tuple[DrillQuery, ...],
    ) -> Asker:
        database = catalogue.database
        counted = counted_at(catalogue.repository, database, choice.backup)
        began = time.monotonic()
        point = str(counted["point"]) if counted else None
        copy.build(catalogue.repository, choice, LATEST, pause=point)
        looking = 0.0
        if point is not None:
            asker = copy.await_paused()
            paused = time.monotonic()
            found.see("rows", lambda: _rows(asker, counts.decode(counted["bounds"])))
            looking = time.monotonic() - paused
            copy.aim(asker, LATEST)
        else:
            found.checks.append(
                DrillCheck(name="rows", passed=False, says="no rows were counted at the backup")
            )
        asker = copy.await_promoted()
        found.rto_s = round(time.monotonic() - began - looking, 3)
        told = asker.one(recovery.LAST_COMMIT)
        found.last_at = max(float(told) if told else 0.0, found.covered_at or 0.0) or None
        copy.output(f"it answers after {found.rto_s:.1f} s")
        found.checks.append(
            DrillCheck(name="restored", passed=True, says=f"answers after {found.rto_s:.1f} s")
        )
        found.see("amcheck", lambda: _amcheck(copy, asker))
        for query in queries:
            if query.service in {None, database.service}:
                found.see("query", lambda query=query: _query(asker, query))  # type: ignore[misc]
        found.see("checksums", lambda: _checksums(asker))
        return asker

    def _ask_application(self, database: Database, asker: Asker, found: _Found, copy: Copy) -> None:
        """Ask the application on the copy.

        Answers count where the copy saw it come; else they prove nothing of the data, and
        only what failed is kept.
        """
        before = _visits(asker)
        with self.application.asked(
            database.environment,
            database.service,
            str(asker.instance.address),
            cancelled=copy.cancelled,
        ) as answers:
            if not answers:
                return
            if _came(asker, before):
                found.checks += answers
                return
            found.checks += [answer for answer in answers if not answer.passed]
            copy.output(
                "the application was asked on the copy but never connected to it: its smoke"
                " checks read no data, and are not counted"
            )

    def _covered_at(self, database: Database, choice: Choice) -> float | None:
        """Return until when everything had been kept when the drill began to fetch."""
        stream = self.restores.streams.known(database.environment, database.service)
        if stream is None or stream.receiver.epoch != choice.epoch:
            return None
        return stream.shipper.covered_at


def _rows(asker: Asker, wanted: dict[str, counts.Bounds]) -> str:
    found = counts.count_rows(asker)
    lines = counts.differences(found, wanted)
    if lines:
        raise Problem("rows-missing", "; ".join(lines[:5]))
    return f"{sum(found.values())} rows in {len(wanted)} tables, as counted at the backup"


def _amcheck(copy: Copy, asker: Asker) -> str:
    """Read every table and index through with pg_amcheck, where the server has the extension."""
    available = asker.one("SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'")
    if available in {"", "0"}:
        return "the image has no amcheck: indexes were not looked at, rows were counted"
    user = asker.database.workload.environment.get("POSTGRES_USER") or "postgres"
    argv = ["pg_amcheck", "--all", "--install-missing", "--heapallindexed", "-U", user]
    argv += ["--maintenance-db", asker.main]
    import subprocess

    command = copy.database.console.exec_argv(asker.instance, argv, tty=False)
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=CHECK_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise Problem("deadline", f"pg_amcheck has not ended within {CHECK_S:g} s") from error
    if done.returncode != 0:
        told = (done.stdout + done.stderr).strip().splitlines()
        raise Problem("corrupt", "pg_amcheck found damage", details=tuple(told[-3:]))
    return "every table and index read through, nothing damaged"


def _visits(asker: Asker) -> int:
    """Return how many connections of others the copy has."""
    return int(asker.one(_VISITS) or 0)


def _came(asker: Asker, before: int) -> bool:
    """Return whether somebody has connected to the copy meanwhile."""
    until = time.monotonic() + VISIT_S
    while _visits(asker) <= before:
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


_VISITS = """
SELECT count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def _checksums(asker: Asker) -> str:
    if asker.one("SHOW data_checksums") != "on":
        return "the cluster has no data checksums; the rows were counted, which reads every page"
    failed = asker.one("SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database")
    if failed not in {"", "0"}:
        raise Problem("corrupt", f"{failed} pages failed their checksum")
    return "no page that was read failed its checksum"


def _query(asker: Asker, query: DrillQuery) -> str:
    found = counts.ask_number(asker, query.sql)
    if found < query.at_least:
        raise Problem("too-few", f"{query.sql}: {found:g}, at least {query.at_least:g} is wanted")
    return f"{query.sql}: {found:g}, at least {query.at_least:g}"


def newest(records: BackupRecords, environment: EnvironmentId) -> Drill | None:
    """Return the last drill that passed."""
    with suppress(StopIteration):
        return next(drill for drill in records.drills(environment) if drill.passed)
    return None
