"""What a backup of PostgreSQL costs, and how soon it is back, beside `pg_dump | gzip`.

    ./dev bench backup            a database of 1 GB
    ./dev bench backup --quick    of 60 MB: does it still work? writes nothing

A full backup, a second one after 1 % of the rows has changed, and a restore; the users' way
on the same server in the same run.  Shipway's restore is its drill's figure: from the word
to a database that answers, the WAL since the backup replayed, checks left out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.harness import results
from bench.harness.board import PROJECT, Board
from bench.harness.daemon import Shipway
from bench.harness.frame import enter, finish, parser, say
from bench.harness.guard import alone, workspace
from bench.harness.machine import circumstances, said, table, versions
from bench.harness.tools import named, peak_of, size_of
from shipway.tools import require_tool

MB = 1024**2
ROW_BYTES = 430
"""What a row of the table takes with its index, about."""

WAIT_S = 1800.0
TOOLS = ("restic", "pg_basebackup", "pg_verifybackup")
FILL = (
    "CREATE TABLE ledger AS SELECT g AS id, md5(g::text) || md5(random()::text) AS reference,"
    " repeat(md5((g % 1000)::text), 8) AS note, now() AS at FROM generate_series(1, {rows}) g;"
    " ALTER TABLE ledger ADD PRIMARY KEY (id); VACUUM (FREEZE, ANALYZE) ledger; CHECKPOINT"
)
CHANGE = "UPDATE ledger SET reference = md5(random()::text) WHERE id <= {rows}; CHECKPOINT"


class Server:
    """The database of production, asked over the network as its users do."""

    def __init__(self, shipway: Shipway, directory: Path) -> None:
        view = shipway.client.get(f"/projects/{PROJECT}/environments/production")
        self._address = next(
            str(item["address"]) for item in view["instances"] if item["service"] == "postgres"
        )
        lines = (directory / ".env").read_text(encoding="utf-8").splitlines()
        pairs = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
        self.environment = {**os.environ, "PGPASSWORD": pairs["POSTGRES_PASSWORD"]}

    def argv(self, program: str, *words: str, database: str = "board") -> list[str]:
        """Return a client's command line."""
        where = ["-h", self._address, "-U", "board", "-d", database]
        return [str(require_tool(program)), *where, *words]

    def ask(self, sql: str, database: str = "board") -> str:
        """Return what a statement answers."""
        argv = self.argv("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", database=database)
        done = subprocess.run(
            argv, input=sql, env=self.environment, check=True, text=True, capture_output=True,
            timeout=WAIT_S,
        )  # fmt: skip
        return done.stdout.strip()


def main() -> int:
    options = _parser().parse_args()
    megabytes = 60 if options.quick else options.megabytes
    with alone():
        figures = circumstances()
        figures["versions"] = {**versions(docker=False), **_programs()}
        with workspace() as work:
            figures |= _measure(work, megabytes)
    finish("backup", figures, _text, keep=not options.quick)
    return 0


def _measure(work: Path, megabytes: int) -> dict[str, Any]:
    board = Board.on_free_ports(work / "board")
    board.prepare()
    board.commit(0)
    shipway = Shipway(work / "home", engine="process")
    os.environ["SHIPWAY_BACKUP_SETTLE_S"] = "1000000"  # nothing begins by itself
    with ExitStack() as stack:
        stack.callback(shipway.close)
        shipway.run("up", "--tools", "--yes")
        say("the board goes to production")
        shipway.deploy(board.directory, "production")
        server = Server(shipway, board.directory)
        rows = megabytes * MB // ROW_BYTES
        say(f"{rows:,} rows are written")
        server.ask(FILL.format(rows=rows))
        size = int(server.ask("SELECT pg_database_size('board')"))
        ours = [_save(shipway)]
        theirs = [_dump(server, work / "first.sql.gz")]
        server.ask(CHANGE.format(rows=rows // 100))
        ours.append(_save(shipway))
        theirs.append(_dump(server, work / "second.sql.gz"))
        return {
            "database_bytes": size,
            "rows": rows,
            "shipway": {"full": ours[0], "second": ours[1], "restore": _drill(shipway)},
            "pg_dump": {
                "full": theirs[0],
                "second": theirs[1],
                "restore": _load(server, work / "second.sql.gz"),
            },
        }


def _save(shipway: Shipway) -> dict[str, float]:
    say("a backup of Shipway's")
    repository = shipway.places.home / "backup" / "repository"
    before = _kept(repository)
    path = f"/projects/{PROJECT}/environments/production/backups"
    with peak_of(named(*TOOLS)) as peak:
        run = shipway.client.post(path, {"kind": "full", "only": ["postgres"]})
        until = time.monotonic() + WAIT_S
        while run["state"] == "running" and time.monotonic() < until:
            run = shipway.client.get(f"/backup-runs/{run['id']}", wait_s=1)
    if run["state"] != "succeeded":
        raise RuntimeError(f"the backup {run['state']}: {run}\n{shipway.log()}")
    after = _kept(repository)
    return {
        "seconds": round(run["ended_at"] - run["began_at"], 2),
        "added_mb": round((after.files + after.wal - before.files - before.wal) / MB, 1),
        "added_wal_mb": round((after.wal - before.wal) / MB, 1),
        "memory_mb": peak.memory_mb,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a repository holds, in bytes: deduplicated files of the cluster, and its WAL."""

    files: int
    wal: int


def _kept(repository: Path) -> Kept:
    places = list(repository.glob("*")) if repository.exists() else []
    files = sum(size_of(place / "restic") for place in places if (place / "restic").exists())
    return Kept(files=files, wal=sum(map(size_of, places)) - files)


def _drill(shipway: Shipway) -> dict[str, float]:
    say("a restore of Shipway's")
    path = f"/projects/{PROJECT}/environments/production/databases/drill"
    drills: list[dict[str, Any]] = []
    with peak_of(named(*TOOLS)) as peak:
        for line in shipway.client.stream("POST", path):
            drills = line.get("drills", drills)
    if not drills or not drills[0]["passed"]:
        raise RuntimeError(f"the drill did not pass: {drills}\n{shipway.log()}")
    return {"seconds": round(drills[0]["rto_s"], 2), "memory_mb": peak.memory_mb}


def _dump(server: Server, target: Path) -> dict[str, float]:
    say("pg_dump | gzip")
    began = time.monotonic()
    with peak_of(named("pg_dump", "gzip")) as peak, target.open("wb") as out:
        dump = subprocess.Popen(
            server.argv("pg_dump"), env=server.environment, stdout=subprocess.PIPE
        )
        packed = subprocess.run(["gzip"], stdin=dump.stdout, stdout=out, check=True, timeout=WAIT_S)
        if dump.stdout is not None:
            dump.stdout.close()
        if dump.wait(60) or packed.returncode:
            raise RuntimeError("pg_dump | gzip failed")
    return {
        "seconds": round(time.monotonic() - began, 2),
        "added_mb": round(target.stat().st_size / MB, 1),
        "memory_mb": peak.memory_mb,
    }


def _load(server: Server, source: Path) -> dict[str, float]:
    say("gunzip | psql")
    server.ask("CREATE DATABASE restored", database="postgres")
    began = time.monotonic()
    with peak_of(named("psql", "gunzip", "gzip")) as peak:
        unpacked = subprocess.Popen(["gzip", "-dc", str(source)], stdout=subprocess.PIPE)
        subprocess.run(
            server.argv("psql", "-X", "-q", "-o", os.devnull, database="restored"),
            env=server.environment, stdin=unpacked.stdout, check=True, timeout=WAIT_S,
        )  # fmt: skip
        if unpacked.stdout is not None:
            unpacked.stdout.close()
        unpacked.wait(60)
    took = time.monotonic() - began
    same = server.ask("SELECT count(*) FROM ledger")
    if server.ask("SELECT count(*) FROM ledger", database="restored") != same:
        raise RuntimeError("the users' restore lost rows")
    return {"seconds": round(took, 2), "memory_mb": peak.memory_mb}


def _text(figures: dict[str, Any]) -> str:
    ours, theirs = figures["shipway"], figures["pg_dump"]

    def row(title: str, name: str, figure: str, unit: str) -> list[str]:
        one, other = ours[name][figure], theirs[name][figure]
        ratio = f"{one / other:.2f}" if other else ""
        return [title, f"{one:g} {unit}", f"{other:g} {unit}", ratio]

    rows = [
        row("full backup: time", "full", "seconds", "s"),
        row("full backup: added to what is kept", "full", "added_mb", "MB"),
        row("full backup: memory of its programs", "full", "memory_mb", "MB"),
        row("second, after 1 % has changed: time", "second", "seconds", "s"),
        row("second: added", "second", "added_mb", "MB"),
        ["of it WAL", f"{ours['second']['added_wal_mb']:g} MB", "", ""],
        row("restore, until it answers", "restore", "seconds", "s"),
        row("restore: memory of its programs", "restore", "memory_mb", "MB"),
    ]
    return (
        results.preface("What a backup of PostgreSQL costs", figures)
        + f"\nA database of {figures['database_bytes'] / MB:,.0f} MB, {figures['rows']:,} rows; the"
        " repository is a directory on the same disk. Shipway's backup is verified before it is"
        " kept, encrypted, and can be brought to any moment since; what it added holds the WAL of"
        " that time too. The dump is neither, and goes to its own moment only. New versions of the"
        " changed rows go wherever a page has room, so that 1 % of the rows touches a fifth of the"
        " pages: of files in chunks of half a megabyte and more, nearly all are stored again.\n\n"
        + table(["", "Shipway", "`pg_dump \\| gzip`, `gunzip \\| psql`", "ratio"], rows)
        + "\n"
    )


def _programs() -> dict[str, str]:
    postgres = said(str(require_tool("postgres")), "--version").split()
    restic = said(str(require_tool("restic")), "version").split()
    return {"postgresql": postgres[2], "restic": restic[1]}


def _parser() -> argparse.ArgumentParser:
    found = parser("backup", __doc__, quick="60 MB; writes nothing")
    found.add_argument("--megabytes", type=int, default=1024, help="of data (%(default)d)")
    return found


if __name__ == "__main__":
    enter(main)
