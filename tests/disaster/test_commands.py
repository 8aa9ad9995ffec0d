"""The commands around databases, typed as a person types them."""

from __future__ import annotations

import json

from tests.support.commands import type_command
from tests.support.dbapp import Board, DatabaseApp
from tests.support.running import Shipway


def test_a_person_restores_beside_looks_and_discards(
    shipway: Shipway, app: DatabaseApp, board: Board
) -> None:
    """R123: nothing live is touched by looking at what was kept."""
    board.rows("INSERT INTO items VALUES (1, now())")
    refused = type_command(shipway, app, "backup", "restore", "staging")
    assert refused.returncode == 2
    assert "--latest" in refused.stderr
    for words in (("--at", "yesterday"), ("--at", "2020-01-01 00:00")):
        refused = type_command(shipway, app, "backup", "restore", "staging", *words, "-y")
        assert refused.returncode != 0
        assert "Hint" in refused.stderr
    shown = type_command(shipway, app, "backup", "restore", "staging", "--latest", "--beside", "-y")
    assert shown.returncode == 0, shown.stderr
    assert "which is not touched" in shown.stdout
    beside = Board(shipway=shipway, project=app.project, service="db.restored")
    assert beside.numbers() == [1]
    beside.rows("DELETE FROM items")
    assert board.numbers() == [1]
    assert type_command(shipway, app, "backup", "discard", "staging", "-y").returncode == 0
    assert beside.address() is None

    dumped = app.directory.parent / "board.dump"
    done = type_command(shipway, app, "backup", "dump", "staging", "--to", str(dumped), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["entries"] > 0
    assert dumped.read_bytes()[:5] == b"PGDMP"
    again = type_command(shipway, app, "backup", "dump", "staging", "--to", str(dumped))
    assert again.returncode == 1
    assert "never writes over" in again.stderr

    # as docs/moving-in.md says it, of a dump that came from elsewhere
    board.rows("DELETE FROM items")
    into = ("pg_restore", "-U", "postgres", "-d", "board", "--clean", "--if-exists", "--no-owner")
    filled = type_command(shipway, app, "exec", "db", "staging", "--", *into, given=str(dumped))
    assert filled.returncode == 0, filled.stderr
    assert board.numbers() == [1]

    drilled = type_command(shipway, app, "backup", "drill", "staging", "--json")
    assert drilled.returncode == 0, drilled.stdout
    drill = json.loads(drilled.stdout)["drills"][0]
    assert drill["passed"]
    status = type_command(shipway, app, "backup", "status", "staging")
    assert "proven" in status.stdout, status.stdout
