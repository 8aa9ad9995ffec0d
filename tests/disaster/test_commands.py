"""The commands around databases, typed as a person types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.support.dbapp import Board, DatabaseApp
from tests.support.running import Shipway


def typed(shipway: Shipway, app: DatabaseApp, *words: str) -> subprocess.CompletedProcess[str]:
    """Type a command in the project's directory."""
    return subprocess.run(
        [sys.executable, "-m", "shipway", *words],
        cwd=app.directory,
        env={**os.environ, "SHIPWAY_HOME": str(shipway.places.home), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_person_restores_beside_looks_and_discards(
    shipway: Shipway, app: DatabaseApp, board: Board
) -> None:
    """R123: nothing live is touched by looking at what was kept."""
    board.rows("INSERT INTO items VALUES (1, now())")
    refused = typed(shipway, app, "backup", "restore", "staging")
    assert refused.returncode == 1
    assert "--latest" in refused.stderr
    for words in (("--at", "yesterday"), ("--at", "2020-01-01 00:00")):
        refused = typed(shipway, app, "backup", "restore", "staging", *words, "-y")
        assert refused.returncode == 1
        assert "Hint" in refused.stderr
    shown = typed(shipway, app, "backup", "restore", "staging", "--latest", "--beside", "-y")
    assert shown.returncode == 0, shown.stderr
    assert "which is not touched" in shown.stdout
    beside = Board(shipway=shipway, project=app.project, service="db.restored")
    assert beside.numbers() == [1]
    beside.rows("DELETE FROM items")
    assert board.numbers() == [1]
    assert typed(shipway, app, "backup", "discard", "staging").returncode == 0
    assert beside.address() is None

    dumped = app.directory.parent / "board.dump"
    done = typed(shipway, app, "backup", "dump", "staging", "--to", str(dumped), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["entries"] > 0
    assert dumped.read_bytes()[:5] == b"PGDMP"
    again = typed(shipway, app, "backup", "dump", "staging", "--to", str(dumped))
    assert again.returncode == 1
    assert "never writes over" in again.stderr

    drilled = typed(shipway, app, "backup", "drill", "staging", "--json")
    assert drilled.returncode == 0, drilled.stdout
    drill = json.loads(drilled.stdout)["drills"][0]
    assert drill["passed"]
    status = typed(shipway, app, "backup", "status", "staging")
    assert "proven" in status.stdout, status.stdout
