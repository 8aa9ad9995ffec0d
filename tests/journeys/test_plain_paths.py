"""What is plain selects what the library for RFC 9535 selects."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonpath_rfc9535 import find

from shipway.model.plain_paths import is_plain, select_plain

NAMES = st.sampled_from(["a", "b", "_c", "A1"])
PLACES = st.integers(-3, 3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
STEPS = st.lists(
    NAMES.map(".{}".format) | PLACES.map("[{}]".format) | st.sampled_from(["[*]", ".*"]), max_size=4
)


@given(value=VALUES, steps=STEPS)
def test_a_plain_path_selects_what_the_library_does(value: Any, steps: list[str]) -> None:
    path = "".join(["$", *steps])
    assert is_plain(path)
    assert select_plain(path, value) == list(find(path, value).values())


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "$.",
        "$a",
        "$..a",
        "$['a']",
        "$[01]",
        "$[-0]",
        "$[1:2]",
        "$[?@.a]",
        "$.a ",
        "$.1",
        "$.é",
    ],
)
def test_what_is_not_plain_is_left_to_the_library(path: str) -> None:
    assert not is_plain(path)
