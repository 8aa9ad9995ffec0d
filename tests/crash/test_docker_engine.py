"""The crash matrix on the docker engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.matrix import survive_all


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_killed_at_any_step_the_next_start_finishes_the_rollout(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """DESIGN: killed at any step: one live release, nothing lost, within 10 s of the start."""
    record_property("figure", survive_all("docker", tmp_path))
