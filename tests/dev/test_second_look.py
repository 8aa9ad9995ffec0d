"""A failed test runs again by itself only where that can tell something."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

ROOT = Path(__file__).parents[2]
TWO = """from tests.support.running import eventually
def test_one():
    eventually("nothing", lambda: False, 0.1)
def test_other():
    assert not "not in time"
"""


@pytest.fixture
def second_look() -> Callable[[list[str]], tuple[str, ...]]:
    """Return the function of dev.d/second_look.py."""
    found = runpy.run_path(str(ROOT / "dev.d" / "second_look.py"))["second_look"]
    return cast("Callable[[list[str]], tuple[str, ...]]", found)


def test_one_or_two_run_again_each_once(
    second_look: Callable[[list[str]], tuple[str, ...]],
) -> None:
    one, two = "tests/store/test_a.py::test_one", "tests/web/test_b.py::test_two[a b]"
    assert second_look([one, two, one, ""]) == (one, two)


def test_more_than_two_are_no_accident(
    second_look: Callable[[list[str]], tuple[str, ...]],
) -> None:
    assert second_look([f"tests/store/test_a.py::test_{number}" for number in range(3)]) == ()


@pytest.mark.parametrize("room", ["crash", "disaster", "systems"])
def test_what_holds_for_every_run_is_not_looked_at_twice(
    room: str, second_look: Callable[[list[str]], tuple[str, ...]]
) -> None:
    assert (ROOT / "tests" / room).is_dir()
    assert second_look([f"tests/{room}/test_a.py::test_one"]) == ()
    assert second_look(["tests/store/test_a.py::test_one", f"tests/{room}/test_a.py::t"]) == ()


def test_what_did_not_come_in_time_is_but_for_rollouts_that_were_killed(
    second_look: Callable[[list[str]], tuple[str, ...]],
) -> None:
    crash, lost, system = (
        f"tests/{room}/test_a.py::t" for room in ("crash", "disaster", "systems")
    )
    assert second_look([f"{lost}\tnot in time", f"{system}\tnot in time"]) == (lost, system)
    assert second_look([f"{crash}\tnot in time"]) == ()


def test_the_run_tells_which_test_waited_in_vain(tmp_path: Path) -> None:
    (tmp_path / "test_two.py").write_text(TWO)
    told = tmp_path / "failed"
    environment = {**os.environ, "SHIPWAY_FAILED": str(told), "PYTHONPATH": str(ROOT)}
    environment.pop("PYTEST_XDIST_WORKER", None)
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-n", "1", str(tmp_path)],
        env=environment, cwd=tmp_path, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    lines = sorted(told.read_text().splitlines())
    assert lines == ["test_two.py::test_one\tnot in time", "test_two.py::test_other"]
