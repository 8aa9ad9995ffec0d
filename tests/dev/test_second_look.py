"""A failed test runs again by itself only where that can tell something."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

ROOT = Path(__file__).parents[2]


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
