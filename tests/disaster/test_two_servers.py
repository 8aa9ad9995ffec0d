"""The lost server comes back while the one that was restored from its repository lives.

Both are whole: a daemon, a database and a front door each, with a home of its own; only the
repository is one.  They stand on one machine, so the second has the application at other ports.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from shipway.errors import Problem
from tests.disaster.test_disaster import kill_all, stack
from tests.support.dbapp import Board, DatabaseApp
from tests.support.running import Shipway, eventually, free_ports

__all__ = ["stack"]
PROJECT = f"two{os.getpid()}"
BEFORE, NEW, OLD, AFTER = 1, 2, 666, 3


def application(ground: Path, name: str) -> DatabaseApp:
    staging, production = free_ports(2)
    app = DatabaseApp(
        ground / name,
        repository=str(ground / "repository"),
        project=PROJECT,
        staging=staging,
        production=production,
        deadline="20s",
        settle="200ms",
    )
    app.deliver()
    return app


@pytest.fixture
def old(ground: Path, stack: ExitStack) -> Board:
    """Return a server with one row that is saved."""
    server = Shipway(ground / "old")
    server.start()
    stack.callback(server.close)
    board = deployed(server, application(ground, "shop"))
    board.rows("CREATE TABLE items (n bigint PRIMARY KEY)")
    write(board, BEFORE)
    board.backed_up()
    return board


def deployed(server: Shipway, app: DatabaseApp) -> Board:
    server.rolled("deploy", app.directory, "staging")
    return Board(shipway=server, project=PROJECT)


def write(board: Board, number: int) -> None:
    """Write a row, and let the server close the segment that it is in."""
    with board.connect() as connection:
        connection.execute("INSERT INTO items VALUES (%s)", [number])
    board.rows("SELECT pg_switch_wal()")


def conditions(board: Board) -> set[str]:
    found = board.shipway.client.get("/backup-conditions")["conditions"]
    return {str(item["id"]) for item in found}


@pytest.mark.slow
def test_a_lost_server_that_comes_back_saves_nothing_until_somebody_says_so(
    ground: Path, old: Board, stack: ExitStack
) -> None:
    """R116, R118, R124: what was written on the new one is what comes back, whatever the old does."""
    key = (old.shipway.places.home / "backup" / "key").read_bytes()
    old.shipway.kill()
    eventually("the power is cut", lambda: not kill_all(old.shipway.places.home), 20)

    new = restored(ground, stack, key)
    assert new.numbers() == [BEFORE]
    new.shipway.client.post(f"/projects/{PROJECT}/environments/staging/databases/adopt")
    new.backed_up()
    write(new, NEW)

    old.shipway.start()
    write(old, OLD)
    told = "repository-other-server"
    eventually("the old one says so", lambda: told in conditions(old), 90)
    assert told not in conditions(new)
    with pytest.raises(Problem, match="another server"):
        old.call("base")
    assert old.numbers() == [BEFORE, OLD], "its database goes on"

    write(new, AFTER)
    new.shipway.rolled("restore", ground / "elsewhere-shop", "staging")
    assert new.numbers() == [BEFORE, NEW, AFTER]


def restored(ground: Path, stack: ExitStack, key: bytes) -> Board:
    """Return another server, restored from the repository alone."""
    server = Shipway(ground / "new")
    folder = server.places.home / "backup"
    folder.mkdir(parents=True)
    server.places.home.chmod(0o711)
    (folder / "key").write_bytes(key)
    (folder / "key").chmod(0o600)
    server.start()
    stack.callback(server.close)
    app = application(ground, "elsewhere-shop")
    board = deployed(server, app)
    server.rolled("restore", app.directory, "staging")
    return board
