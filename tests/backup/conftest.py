"""The repositories over which the conformance suite runs: add a maker, and it is tested."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shipway.ports_backup import Repository
from tests.support.directory_repository import DirectoryRepository

MAKERS: dict[str, Callable[[Path], Repository]] = {
    "directory": DirectoryRepository,
}


@pytest.fixture(params=sorted(MAKERS))
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Repository:
    """Return an empty repository."""
    return MAKERS[request.param](tmp_path / "repository")
