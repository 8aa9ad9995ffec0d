"""Compose's scalars, in the forms that people write and in the canonical one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.engines.docker import units
from shipway.errors import Problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1m30s", 90.0), ("500ms", 0.5), ("2h", 7200.0), ("10", 10.0), (3, 3.0), ("1h0m5s", 3605.0)],
)
def test_durations(text: Any, expected: float) -> None:
    assert units.seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("536870912", 536870912),
        ("512m", 512 * 1024**2),
        ("1.5gb", 1536 * 1024**2),
        ("64MiB", 64 * 1024**2),
        ("2 k", 2048),
        (-1, -1),
        ("-1", -1),
    ],
)
def test_sizes(text: Any, expected: int) -> None:
    assert units.size_bytes(text) == expected


@pytest.mark.parametrize("text", ["soon", "1x", "", "1m 30s"])
def test_a_duration_that_is_none_is_a_problem(text: str) -> None:
    with pytest.raises(Problem, match="not a duration"):
        units.seconds(text)


def test_a_size_that_is_none_is_a_problem() -> None:
    with pytest.raises(Problem, match="not a size"):
        units.size_bytes("plenty")


@given(st.integers(0, 10**6), st.integers(0, 59))
def test_a_duration_reads_back(minutes: int, seconds: int) -> None:
    assert units.seconds(f"{minutes}m{seconds}s") == minutes * 60 + seconds


def test_lists_and_mappings_are_one() -> None:
    assert units.mapping(["A=1", "B"]) == {"A": "1", "B": ""}
    assert units.mapping({"A": 1, "B": True, "C": None}) == {"A": "1", "B": "true", "C": ""}
    assert units.listed("one") == ["one"]
    assert units.listed(None) == []
    assert (units.file_mode("0440"), units.file_mode(288)) == (0o440, 0o440)
