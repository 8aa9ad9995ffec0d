"""PostgreSQL with pgvector: an extension, a column of vectors and their index come back."""

from __future__ import annotations

import time

import pytest

from tests.support.dbapp import Board, DatabaseApp
from tests.support.running import Shipway

FILL = """
    INSERT INTO items SELECT g, ARRAY[g / 100.0, g / 100.0, g / 100.0]::vector(3)
      FROM generate_series(1, 60) g
"""
INDEX = """
    SELECT amname, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid
      JOIN pg_am a ON a.oid = c.relam WHERE c.relname = 'nearest'
"""
NEAREST = "SELECT n FROM items ORDER BY place <-> '[0.312, 0.31, 0.31]' LIMIT 2"


@pytest.mark.docker
@pytest.mark.parametrize("engine", ["docker"])
def test_vectors_and_their_index_come_back_and_a_drill_compares_them(
    shipway: Shipway, app: DatabaseApp
) -> None:
    """The image pgvector/pgvector:pg17, with nothing changed in it."""
    app.deliver(image="pgvector/pgvector:pg17")
    shipway.rolled("deploy", app.directory, "staging")
    board = Board(shipway=shipway, project=app.project)
    board.rows("CREATE EXTENSION vector")
    board.rows("CREATE TABLE items (n bigint PRIMARY KEY, place vector(3))")
    board.rows("CREATE INDEX nearest ON items USING hnsw (place vector_l2_ops)")
    board.rows(FILL)
    board.backed_up()
    assert "backups" in board.call("base")
    board.rows("INSERT INTO items VALUES (61, '[0.311, 0.31, 0.31]')")  # in the log only
    drill = board.call("drill")["drills"][0]
    assert drill["passed"], drill["checks"]
    assert {check["name"] for check in drill["checks"]} >= {"rows", "amcheck"}

    time.sleep(0.05)  # the moment between: nothing to wait for but the clock
    between = time.time()
    time.sleep(0.05)
    board.rows("DROP TABLE items")
    board.rows("DROP EXTENSION vector")
    shipway.rolled("restore", app.directory, "staging", at=between)
    assert board.rows(INDEX) == [("hnsw", True)]
    with board.connect() as connection:
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute(f"EXPLAIN {NEAREST}").fetchall()
        assert "using nearest" in str(plan)
        assert connection.execute(NEAREST).fetchall() == [(61,), (31,)]
