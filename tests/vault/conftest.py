from __future__ import annotations

from pathlib import Path

import pytest

from shipway.model.names import EnvironmentId
from shipway.vault import AgeVault


class Ticking:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def now(self) -> float:
        self.at += 1
        return self.at

    def monotonic(self) -> float:
        return self.now()

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def vault(tmp_path: Path) -> AgeVault:
    return AgeVault(tmp_path / "vault", Ticking())


@pytest.fixture
def staging() -> EnvironmentId:
    return EnvironmentId("shop", "staging")
