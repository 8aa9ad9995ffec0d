"""Whatever the text, the reader answers with a Spec or a Problem, never more lax than the schema."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from shipway.errors import Problem
from shipway.spec import json_schema, read_spec
from shipway.spec.nodes import parse
from tests.spec.examples import GOOD

VALIDATOR = jsonschema.Draft202012Validator(json_schema())
WHOLE = parse(GOOD["everything"], "shipway.yaml").plain

values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 70_000),
    st.sampled_from(
        ["", "/", "/a", "api", "30s", "20GB", "200-299", "0600", "1:2", "GET", "web", "é", " "]
    ),
    st.just([]),
    st.just({}),
    st.just(["x"]),
    st.just({"x": "y"}),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@settings(max_examples=80)
@given(path=st.sampled_from(places(WHOLE)), new=values)
def test_the_reader_accepts_nothing_that_the_schema_refuses(
    path: tuple[Any, ...], new: Any
) -> None:
    text = json.dumps(replaced(WHOLE, path, new))
    try:
        read_spec(text)
    except Problem as problem:
        assert problem.kind in {  # noqa: PT017 - a Problem is one of two good answers
            "invalid-spec",
            "environments-collide",
            "duplicate-route",
            "invalid-name",
        }
    else:
        plain = parse(text, "shipway.yaml").plain
        assert VALIDATOR.is_valid({} if plain is None else plain), text


@settings(max_examples=200)
@given(text=st.text(alphabet=" \n\t:-[]{}&*<!|>'\"#,%@`?abx01/é\x00", max_size=60))
def test_any_text_ends_in_a_spec_or_a_problem(text: str) -> None:
    try:
        read_spec(text)
    except Problem as problem:
        assert problem.message  # noqa: PT017 - a Problem is one of two good answers
