"""Data comes back: to a moment, to a restore point, to the last transaction."""

from __future__ import annotations

import time

import pytest

from tests.support.dbapp import Board, DatabaseApp
from tests.support.running import Shipway


def insert(board: Board, number: int) -> None:
    board.rows(f"INSERT INTO items VALUES ({int(number)}, now())")  # noqa: S608


def test_a_restore_to_a_moment_between_two_transactions_gives_exactly_the_first(
    shipway: Shipway, app: DatabaseApp, board: Board
) -> None:
    """R118."""
    insert(board, 1)
    time.sleep(0.05)  # the moment between: nothing to wait for but the clock
    between = time.time()
    time.sleep(0.05)
    insert(board, 2)
    assert board.numbers() == [1, 2]
    shipway.rolled("restore", app.directory, "staging", at=between)
    assert board.numbers() == [1]
    insert(board, 3)
    assert board.numbers() == [1, 3]

    path = f"/projects/{board.project}/environments/staging/backups/generations"
    live, earlier = shipway.client.get(path)["generations"]
    assert (live["subject"], live["live"], earlier["live"]) == ("db", True, False)
    assert earlier["goes_at"] > time.time() + 6 * 86_400
    assert earlier["bytes"] > 1_000_000
    shipway.client.post(f"{path}/remove", {"names": [earlier["name"]]})
    assert shipway.client.get(path)["generations"] == []
    assert board.numbers() == [1, 3], "the live one stays"


DESTROYS = """
import os, subprocess
sql = "ALTER TABLE items DROP COLUMN at; UPDATE items SET n = n + 100;"
subprocess.run(["psql", os.environ["DATABASE_URL"], "-c", sql], check=True)
"""


def test_a_rollback_with_data_brings_a_dropped_column_back(
    shipway: Shipway, app: DatabaseApp, board: Board
) -> None:
    """R106: the migration destroyed a column; the rollback goes to the moment before it."""
    insert(board, 1)
    app.deliver(migrate=DESTROYS)
    shipway.rolled("deploy", app.directory, "staging")
    assert board.rows("SELECT * FROM items") == [(101,)]
    shipway.rolled("rollback", app.directory, "staging", with_data=True)
    assert board.rows("SELECT n, at IS NOT NULL FROM items") == [(1, True)]
    view = shipway.environment(board.project, "staging")
    assert view["live"]["release"] == "r1"


@pytest.mark.parametrize("engine", ["process", pytest.param("docker", marks=pytest.mark.docker)])
def test_a_drill_compares_every_row_and_measures_how_long_a_restore_takes(board: Board) -> None:
    """R123, R116."""
    board.rows("INSERT INTO items SELECT g, now() FROM generate_series(1, 5000) g")
    assert "backups" in board.call("base")
    drill = board.call("drill")["drills"][0]
    assert drill["passed"], drill["checks"]
    assert drill["rto_s"] < 60
    assert {check["name"] for check in drill["checks"]} >= {"rows", "restored", "query", "amcheck"}
    # This application reads no data: its smoke check passes on anything, so it is not counted.
    assert not [check for check in drill["checks"] if check["name"].startswith("smoke")]


def test_a_drill_asks_the_application_itself_on_the_copy(
    shipway: Shipway, app: DatabaseApp, board: Board
) -> None:
    """R123: its smoke check reads the restored rows, and nothing of it is left afterwards."""
    board.rows("INSERT INTO items SELECT g, now() FROM generate_series(1, 50) g")
    app.deliver(reads=True)
    number = shipway.rolled("deploy", app.directory, "staging")["id"]
    path = f"/projects/{board.project}/environments/staging/databases/points"
    points = [item["name"] for item in shipway.client.get(path)["points"]]
    assert points == [f"before-r2.{number}"], "also where there was nothing to migrate"
    assert "backups" in board.call("base")
    drill = board.call("drill")["drills"][0]
    asked = [check for check in drill["checks"] if check["name"].startswith("smoke")]
    assert [(check["name"], check["passed"]) for check in asked] == [
        ("smoke: items can be read", True)
    ], drill["checks"]
    services = {
        item["service"] for item in shipway.environment(board.project, "staging")["instances"]
    }
    assert services == {"api", "worker", "scheduler", "db"}
