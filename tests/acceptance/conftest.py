"""A daemon per test, on each engine, that takes down all it started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.running import Shipway, free_ports
from tests.support.tinyapp import TinyApp

BOTH_ENGINES = ["process", pytest.param("docker", marks=pytest.mark.docker)]


@pytest.fixture
def engine() -> str:
    """Return the engine; tests that run on both parametrise it."""
    return "process"


@pytest.fixture
def home() -> Iterator[Path]:
    """Yield a directory that other users may pass through, as a server's is."""
    with TemporaryDirectory(prefix="shipway-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name) / "home"


@pytest.fixture
def shipway(home: Path, engine: str) -> Iterator[Shipway]:
    """Yield a daemon with a home of its own."""
    running = Shipway(home, engine=engine)
    running.start()
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def app(tmp_path: Path, request: pytest.FixtureRequest, engine: str) -> TinyApp:
    """Return a tiny application whose project is named after the test and the engine.

    Its parameter: how long workers must stay up; longer where a test has one that does not.
    """
    staging, production = free_ports(2)
    name = "".join(letter for letter in request.node.name.lower() if letter.isalnum())
    return TinyApp(
        tmp_path / "app",
        project=f"t{abs(hash((name, engine))) % 10**8}",
        staging=staging,
        production=production,
        deadline="20s",
        settle=getattr(request, "param", "200ms"),
    )
