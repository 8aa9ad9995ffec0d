"""A small JSON Schema validator: a fast yes or no; `explain` finds the reason for a no.

It knows the words that the Compose schema uses, with the meaning that Docker's validator
gives them (`1.0` is an integer, `oneOf` wants exactly one).  A schema is compiled into
nested functions once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from shipway.compose.scalars import Timestamp, go_text, json_float
from shipway.compose.tree import Seq

Schema = dict[str, Any]
_Check = Callable[[Any], bool]


def kinds(value: Any) -> tuple[str, ...]:
    """Return the JSON types that a value has."""
    if isinstance(value, str | Timestamp):
        return ("string",)
    if value is None:
        return ("null",)
    if isinstance(value, bool):
        return ("boolean",)
    if isinstance(value, int):
        return ("integer", "number")
    if isinstance(value, float):
        return ("integer", "number") if value.is_integer() else ("number",)
    if isinstance(value, dict):
        return ("object",)
    return ("null",) if isinstance(value, Seq) and value.nil and not value else ("array",)


class Validator:
    """A compiled schema."""

    def __init__(self, schema: Schema) -> None:
        self._definitions: Schema = schema.get("definitions", {})
        self._compiled: dict[int, _Check] = {}
        self.schema = schema
        self._root = self.compiled(schema)

    def valid(self, value: Any) -> bool:
        """Return whether the value fits the schema."""
        return self._root(value)

    def resolve(self, schema: Schema) -> Schema:
        """Return what a schema's reference names, or the schema itself."""
        reference = schema.get("$ref")
        if reference is None:
            return schema
        found: Schema = self._definitions[reference.rpartition("/")[2]]
        return self.resolve(found)

    def compiled(self, schema: Schema) -> _Check:
        """Return the check of a part of the schema, compiled once."""
        schema = self.resolve(schema)
        made = self._compiled.get(id(schema))
        if made is None:
            made = self._compiled[id(schema)] = self._build(schema)
        return made

    def _build(self, schema: Schema) -> _Check:
        wanted = schema.get("type")
        types = None
        if wanted is not None:
            types = frozenset([wanted] if isinstance(wanted, str) else wanted)
        checks = [
            make(schema)
            for word, make in (
                ("oneOf", self._one_of),
                ("enum", check_enum),
                ("minimum", check_range),
                ("maximum", check_range),
                ("pattern", check_pattern),
                ("items", self._items),
                ("uniqueItems", check_unique),
            )
            if schema.get(word) is not None
        ]
        if {"properties", "patternProperties", "required", "additionalProperties"} & schema.keys():
            checks.append(self._object(schema))
        return _combine(types, checks)

    def _one_of(self, schema: Schema) -> _Check:
        branches = [self.compiled(branch) for branch in schema["oneOf"]]
        return lambda value: [branch(value) for branch in branches].count(True) == 1

    def _items(self, schema: Schema) -> _Check:
        check = self.compiled(schema["items"])
        return lambda value: not isinstance(value, list) or all(map(check, value))

    def _object(self, schema: Schema) -> _Check:
        properties = {
            key: self.compiled(inner) for key, inner in schema.get("properties", {}).items()
        }
        patterns = [
            (key_matcher(text), self.compiled(inner))
            for text, inner in schema.get("patternProperties", {}).items()
        ]
        required = schema.get("required", ())
        closed = schema.get("additionalProperties", True) is False

        def check(value: Any) -> bool:
            if not isinstance(value, dict):
                return True
            for key in required:
                if key not in value:
                    return False
            for key, item in value.items():
                known = properties.get(key)
                if known is not None and not known(item):
                    return False
                matched = known is not None
                for matches, inner in patterns:
                    if matches(key):
                        matched = True
                        if not inner(item):
                            return False
                if closed and not matched:
                    return False
            return True

        return check


def _combine(types: frozenset[str] | None, checks: list[_Check]) -> _Check:
    if types is not None and types <= {"string"} and not checks:
        return lambda value: isinstance(value, str | Timestamp)
    if types is None:
        return lambda value: all(check(value) for check in checks)
    allowed = types

    def check_all(value: Any) -> bool:
        for kind in kinds(value):
            if kind in allowed:
                break
        else:
            return False
        for check in checks:  # noqa: SIM110 - a loop is faster than all() here
            if not check(value):
                return False
        return True

    return check_all


def check_enum(schema: Schema) -> _Check:
    """Return the check of `enum`."""
    allowed = schema["enum"]
    return lambda value: value in allowed


def check_range(schema: Schema) -> _Check:
    """Return the check of `minimum` and `maximum`, which only numbers have to pass."""
    low, high = schema.get("minimum"), schema.get("maximum")

    def check(value: Any) -> bool:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return True
        return (low is None or value >= low) and (high is None or value <= high)

    return check


def check_pattern(schema: Schema) -> _Check:
    """Return the check of `pattern`, which only strings have to pass."""
    pattern = re.compile(schema["pattern"].replace("$", r"\Z"))
    return lambda value: not isinstance(value, str) or pattern.search(value) is not None


def key_matcher(text: str) -> Callable[[str], bool]:
    """Return whether a key fits one of `patternProperties`."""
    if text == "^x-":
        return lambda key: key.startswith("x-")
    if text in ("^.+$", ".+"):
        return bool
    found = re.compile(text.replace("$", r"\Z"))
    return lambda key: found.search(key) is not None


def check_unique(_schema: Schema) -> _Check:
    """Return the check of `uniqueItems`."""

    def check(value: Any) -> bool:
        if not isinstance(value, list):
            return True
        return len({_identity(item) for item in value}) == len(value)

    return check


def _identity(value: Any) -> str:
    """Return a text that is the same for values whose JSON is the same."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Timestamp):
        return f'"{value.as_json()}"'
    if isinstance(value, float):
        return json_float(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{key!r}:{_identity(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_identity, value)) + "]"
    return go_text(value)
