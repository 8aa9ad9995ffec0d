"""Logical dumps on demand: `pg_dump` of the server's own version, into a file.

The connection is the database's own, never a URL that an application uses: no
`postgresql+asyncpg://`, no `?schema=public` can get in.  A dump that does not end well leaves
no file; one that did is read back by `pg_restore --list` before it has its name.
"""

from __future__ import annotations

import time
from pathlib import Path

from shipway.backup.postgres.running import Asker, run_tool
from shipway.errors import Problem
from shipway.model.own_questions import address_of
from shipway.ports import Cancelled
from shipway.ports_data import Database

DUMP_S = 4 * 3600.0
LIST_S = 600.0
PART = ".part"


def _address(asker: Asker, name: str) -> str:
    """Return how the dump connects: what it copies is no slow query of the application's."""
    quiet = asker.one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "t"
    options = " options='-c log_min_duration_statement=-1'" if quiet else ""
    return address_of(name) + options


def dump_to(
    database: Database,
    target: Path,
    *,
    name: str | None = None,
    cancelled: Cancelled = lambda: False,
) -> dict[str, object]:
    """Write a dump (custom format) of one database of the cluster; return its figures.

    name: the database; None: the one that the image makes.  Raises Problem `dump-failed`,
    `target-not-empty`.
    """
    if target.exists():
        raise Problem(
            "target-not-empty",
            f"{target} is there already; a dump never writes over what is there.",
            hints=["name a file that does not exist yet"],
        )
    asker, began = Asker.of(database), time.monotonic()
    part = target.with_name(f"{target.name}{PART}")
    part.unlink(missing_ok=True)
    argv = ["pg_dump", "--format", "custom", "--compress", "6", "--no-password"]
    argv += ["--file", str(part), "--dbname", _address(asker, name or asker.main)]
    try:
        run_tool(
            database, argv, folder=target.parent, name="dump", connected=True, limit_s=DUMP_S,
            cancelled=cancelled,
        )  # fmt: skip
        told = run_tool(
            database,
            ["pg_restore", "--list", str(part)],
            folder=target.parent,
            name="dump",
            connected=False,
            limit_s=LIST_S,
            cancelled=cancelled,
        )
        entries = [line for line in told.splitlines() if line and not line.startswith(";")]
        part.chmod(0o600)
        part.rename(target)
    except Problem as problem:
        part.unlink(missing_ok=True)
        if problem.kind != "tool-failed":
            raise
        raise Problem(
            "dump-failed",
            f"{database.environment}: {database.service} could not be dumped; no file was left.",
            details=problem.details,
        ) from problem
    return {
        "service": database.service,
        "file": str(target),
        "bytes": target.stat().st_size,
        "entries": len(entries),
        "took_s": round(time.monotonic() - began, 3),
    }
