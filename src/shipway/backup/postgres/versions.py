"""PostgreSQL's major versions: a data directory opens with the one that wrote it, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from shipway.backup.postgres.running import run_tool
from shipway.errors import Problem
from shipway.ports_data import Database

LIMIT_S = 120.0
SAID = re.compile(r"PostgreSQL\)\s+(\d+)")


def refuse_other_version(database: Database, version: int, folder: Path) -> None:
    """Raise Problem `other-version` where the database's image cannot open what was saved.

    version: of the server that was saved, as `server_version_num` has it.
    """
    told = run_tool(
        database, ["pg_verifybackup", "--version"], folder=folder, name="version",
        connected=False, limit_s=LIMIT_S,
    )  # fmt: skip
    refuse(database, told, version)


def refuse(database: Database, told: str, version: int) -> None:
    """Raise Problem `other-version` where a tool of the image tells of another version.  Pure."""
    found, wanted = SAID.search(told), version // 10_000
    if found is None or int(found[1]) == wanted:
        return
    name = database.environment.name
    raise Problem(
        "other-version",
        f"the backup is of PostgreSQL {wanted}, and {database.service} runs PostgreSQL {found[1]},"
        " which cannot open its files. Nothing was changed.",
        hints=[
            f"deploy a release with PostgreSQL {wanted}, and restore into it",
            f"shipway backup dump {name}   # there, and pg_restore into the newer one",
        ],
    )
