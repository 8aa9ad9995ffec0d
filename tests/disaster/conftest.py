"""A daemon that backs up at once, and an application with a database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.dbapp import Board, DatabaseApp
from tests.support.running import Shipway, free_ports


@pytest.fixture
def engine() -> str:
    """Return the engine; tests that run on both parametrise it."""
    return "process"


@pytest.fixture
def ground() -> Iterator[Path]:
    """Yield a directory that other users may pass through, as a server's is."""
    with TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def shipway(ground: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shipway]:
    """Yield a daemon with a home of its own."""
    monkeypatch.setenv("SHIPWAY_BACKUP_SETTLE_S", "0.2")
    running = Shipway(ground / "home", engine=engine)
    running.start()
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def app(ground: Path, request: pytest.FixtureRequest, engine: str) -> DatabaseApp:
    """Return an application whose project is named after the test and the engine."""
    staging, production = free_ports(2)
    mark = abs(hash((request.node.name, engine))) % 10**8
    return DatabaseApp(
        ground / "app",
        repository=str(ground / "repository"),
        project=f"t{mark}",
        staging=staging,
        production=production,
        deadline="20s",
        settle="200ms",
    )


@pytest.fixture
def board(shipway: Shipway, app: DatabaseApp) -> Board:
    """Return the database of the application, deployed and backed up."""
    app.deliver()
    shipway.rolled("deploy", app.directory, "staging")
    found = Board(shipway=shipway, project=app.project)
    found.rows("CREATE TABLE items (n bigint PRIMARY KEY, at timestamptz)")
    found.backed_up()
    return found
