"""Keeps `pg_receivewal` running beside a database: its WAL arrives here as it is written.

The receiver is a process of its own session: it survives the daemon, and a later daemon
takes it over.  It ends when its server does, and is started again; the replication slot
holds the WAL meanwhile, up to a limit, so that a dead receiver does not fill the disk.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from shipway.backup.postgres.epoch import (
    FACTS,
    Epoch,
    ServerFacts,
    decode,
    encode,
    epochs_in,
    keep_epoch,
    new_epoch,
    parse_facts,
    refuse_other,
)
from shipway.backup.postgres.places import STREAM, BackupPlaces
from shipway.backup.postgres.running import Asker, end_group
from shipway.backup.postgres.segments import PARTIAL
from shipway.errors import Problem
from shipway.files import replace_file
from shipway.ports_data import Database
from shipway.ports_repository import Repository

SLOT = "shipway"
TOOL = "wal"
SLOT_KEEPS = "4GB"
AGAIN_S = 2.0
END_S = 10.0
STEADY_S = 3.0
REMOVED = "has already been removed"
"""What a server says of WAL that it does not have any more: the stretch is torn."""
LOG_BYTES_MAX = 200_000


@dataclass(slots=True, kw_only=True)
class Receiver:
    """One database's stream.

    problem: why it does not run; down_since: since when, on the monotonic clock.
    accept_other: whether a person said that another cluster may go on in this repository.
    """

    places: BackupPlaces
    epoch: Epoch | None = None
    problem: Problem | None = None
    down_since: float | None = None
    accept_other: bool = False
    _process: subprocess.Popen[bytes] | None = None
    _adopted: tuple[int, int] | None = None
    _looked: bool = False
    _torn: bool = False
    _tried_at: float = field(default=-1e9)
    _began_at: float = field(default=-1e9)

    @property
    def alive(self) -> bool:
        """Return whether the receiver runs."""
        if self._process is not None:
            return self._process.poll() is None
        return self._adopted is not None and started_at(self._adopted[0]) == self._adopted[1]

    @property
    def steady(self) -> bool:
        """Return whether it has been running long enough to be believed.

        One that cannot connect ends at once, and is started again and again.
        """
        return self.alive and time.monotonic() - self._began_at >= STEADY_S

    def _why_ended(self, database: Database) -> Problem:
        log = self.places.of(database.environment, database.service) / "receiver.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        self._torn = any(REMOVED in line for line in lines[-2:])
        return Problem(
            "wal-stopped",
            f"{database.environment}: the receiver of {database.service}'s WAL has ended.",
            details=tuple(lines[-2:]),
            hints=[f"shipway logs {database.service} {database.environment.name}"],
        )

    def has_begun(self, database: Database) -> bool:
        """Return whether a stream was begun here, by whichever daemon."""
        return self.epoch is not None or self.places.has_stream(
            database.environment, database.service
        )

    def ensure(self, database: Database, repository: Repository) -> None:
        """Ensure that the receiver runs, or that `problem` says why not."""
        self.take_over(database)
        if self.alive:
            if self.steady:
                self.problem = self.down_since = None
            return
        now = time.monotonic()
        if self._process is not None and self.problem is None:
            self.problem = self._why_ended(database)
        if self.down_since is None:
            self.down_since = now
        if now - self._tried_at < AGAIN_S:
            return
        self._tried_at = now
        try:
            self._start(database, repository)
        except Problem as problem:
            self.problem = problem

    def stop(self, database: Database) -> None:
        """Ensure that the receiver has ended; the slot stays."""
        self.take_over(database)
        pid = self._process.pid if self._process else self._adopted[0] if self._adopted else None
        if pid is not None and self.alive:
            end_group(pid)
            if self._process is not None:
                self._process.wait(END_S)
        database.tools.end_tool(database.workload, TOOL)
        self._process = self._adopted = None

    def let_go(self, database: Database) -> None:
        """Ensure that the server keeps no WAL for it; a new stretch begins when it starts again.

        Raises Problem `database-down`, `database-refused`.
        """
        Asker.of(database).rows(_DROP_SLOT)

    def begin_anew(self, database: Database) -> None:
        """Let the next start begin a stretch of its own, whatever the last one was."""
        (self.places.of(database.environment, database.service) / STREAM).unlink(missing_ok=True)
        self.epoch, self._torn = None, True

    def forget(self, database: Database) -> None:
        """Ensure that nothing of an ended stream is left: the server keeps no WAL for it.

        Raises Problem `database-down`, `database-refused`: the next one goes on.
        """
        self.let_go(database)
        folder = self.places.of(database.environment, database.service)
        (folder / STREAM).unlink(missing_ok=True)
        self.epoch = self.problem = self.down_since = None

    def _start(self, database: Database, repository: Repository) -> None:
        folder = self.places.of(database.environment, database.service)
        self.stop(database)
        asker = Asker.of(database)
        facts = parse_facts(asker.rows(FACTS)[0])
        if facts.in_recovery:
            raise Problem("database-recovering", f"{database.service} is still recovering.")
        known = _read(folder / STREAM)
        # repeated by whoever was killed in between: the description comes before its use
        if known is not None and facts.continues(known) and not self._torn:
            self.epoch = known
        else:
            self.epoch = self._begin_epoch(database, repository, asker, facts)
            replace_file(folder / STREAM, encode(self.epoch), mode=0o600)
        target = self.places.wal(database.environment, database.service) / self.epoch.name
        target.mkdir(exist_ok=True, mode=0o700)
        _remove_torn(target, self.epoch.segment_bytes)
        self._spawn(database, folder, target)

    def _begin_epoch(
        self, database: Database, repository: Repository, asker: Asker, facts: ServerFacts
    ) -> Epoch:
        if not self.accept_other:
            refuse_other(epochs_in(repository, database.service), facts, repository.where)
        epoch = new_epoch(database.service, facts, time.time())
        keep_epoch(repository, epoch)  # first: an epoch that nobody uses harms nothing
        limit = "" if facts.keeps != "-1" else _LIMIT
        asker.rows(limit + _DROP_SLOT)
        asker.rows(f"SELECT pg_create_physical_replication_slot('{SLOT}', true)")
        self.accept_other = self._torn = False
        return epoch

    def _spawn(self, database: Database, folder: Path, target: Path) -> None:
        argv = ["pg_receivewal", "--no-loop", "--slot", SLOT, "--directory", str(target)]
        argv += ["--synchronous", "--status-interval", "2"]
        command = database.tools.tool_argv(
            database.workload, argv, folder=target, name=TOOL, connected=True
        )
        log = folder / "receiver.log"
        mode = "wb" if log.exists() and log.stat().st_size > LOG_BYTES_MAX else "ab"
        with log.open(mode) as stream:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._began_at = time.monotonic()
        mark = {"pid": self._process.pid, "started": started_at(self._process.pid)}
        replace_file(folder / "receiver.json", json.dumps(mark), mode=0o600)

    def take_over(self, database: Database) -> None:
        """Find what an earlier daemon left running, once."""
        if self._looked:
            return
        self._looked = True
        folder = self.places.of(database.environment, database.service)
        self.epoch = _read(folder / STREAM)
        shutil.rmtree(folder / "work" / "base", ignore_errors=True)  # of a daemon that was killed
        try:
            mark = json.loads((folder / "receiver.json").read_bytes())
        except (OSError, ValueError):
            return
        if mark["started"] is not None and started_at(mark["pid"]) == mark["started"]:
            self._adopted = (mark["pid"], mark["started"])


_LIMIT = f"ALTER SYSTEM SET max_slot_wal_keep_size = '{SLOT_KEEPS}';\nSELECT pg_reload_conf();\n"
_DROP_SLOT = """
SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
  WHERE slot_name = 'shipway' AND active;
SELECT pg_sleep(0.2) FROM pg_replication_slots WHERE slot_name = 'shipway' AND active;
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'shipway';
"""


def started_at(pid: int) -> int | None:
    """Return when a process began, in the kernel's ticks; None where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] == b"Z" else int(fields[19])


def _remove_torn(folder: Path, segment_bytes: int) -> None:
    """Remove a segment that a full disk has cut while it was filled with zeros.

    Nothing was received into it yet, and with it `pg_receivewal` would never start again.
    """
    for path in folder.glob(f"*{PARTIAL}"):
        if 0 < path.stat().st_size < segment_bytes:
            path.unlink()


def _read(path: Path) -> Epoch | None:
    try:
        return decode(path.read_bytes())
    except (OSError, ValueError, TypeError):
        return None
