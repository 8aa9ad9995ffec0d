from __future__ import annotations

from pathlib import Path

import pytest

from shipway.model.names import EnvironmentId
from shipway.vault import AgeVault
from tests.support.clocks import HandClock


@pytest.fixture
def vault(tmp_path: Path) -> AgeVault:
    return AgeVault(tmp_path / "vault", HandClock(1_000_000.0, tick=1))


@pytest.fixture
def staging() -> EnvironmentId:
    return EnvironmentId("shop", "staging")
