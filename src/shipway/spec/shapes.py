"""Kinds that hold other kinds: lists, mappings, records with fixed keys, short forms."""

# ruff: noqa: D102 - what a kind's methods do is said once, in `Kind`

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.spec.kinds import Kind, Placed, nearest, refuse
from shipway.spec.nodes import ListNode, MapNode, Node, Scalar, parse


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; read into a tuple."""

    kind: Kind
    empty: bool = True
    make: Callable[[tuple[Any, ...]], Any] = tuple

    @property
    def label(self) -> str:
        return f"a list, each {self.kind.label}"

    def read(self, node: Node, at: str) -> Any:
        if not isinstance(node, ListNode) or not (node.items or self.empty):
            raise refuse(node, at, self.label)
        items = [self.kind.read(item, f"{at}[{i}]") for i, item in enumerate(node.items)]
        return self.make(tuple(items))

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "array", "items": self.kind.schema()}
        return schema if self.empty else {**schema, "minItems": 1}


@dataclass(frozen=True, slots=True)
class Single:
    """One value where a list may stand; read into a tuple."""

    kind: Kind

    @property
    def label(self) -> str:
        return self.kind.label

    def read(self, node: Node, at: str) -> tuple[Any, ...]:
        return (self.kind.read(node, at),)

    def schema(self) -> dict[str, Any]:
        return self.kind.schema()


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping with names of the user's choosing; read into a dict."""

    kind: Kind
    key_label: str = "a name"
    key_pattern: str = r".+"
    make: Callable[[dict[str, Placed[Any]]], Any] = dict

    @property
    def label(self) -> str:
        return f"a mapping, each {self.kind.label}"

    def read(self, node: Node, at: str) -> Any:
        if not isinstance(node, MapNode):
            raise refuse(node, at, self.label)
        values: dict[str, Placed[Any]] = {}
        for entry in node.entries:
            if not re.fullmatch(self.key_pattern, entry.key):
                message = f"{entry.key!r} in {at} must be {self.key_label}."
                raise Problem("invalid-spec", message, source=entry.source)
            values[entry.key] = Placed(
                self.kind.read(entry.node, f"{at}.{entry.key}"), entry.source
            )
        return self.make(values)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{self.key_pattern})$"},
            "additionalProperties": self.kind.schema(),
        }


@dataclass(frozen=True, slots=True)
class Field:
    """A key: its kind, and what the reference says of it.

    default and example are written as YAML; `words` stands in for a default that is no
    value.  attr is the name of the Python argument, where it is not the key's.
    """

    name: str
    kind: Kind
    about: str
    default: str | None = None
    words: str | None = None
    example: str | None = None
    required: bool = False
    attr: str | None = None

    @property
    def argument(self) -> str:
        """Return the name under which `make` gets the value."""
        return self.attr or self.name


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with fixed keys.

    `make` is called with the values of the keys that are there, and with `source`.
    """

    name: str
    fields: tuple[Field, ...]
    make: Callable[..., Any]
    extensions: bool = False

    @property
    def label(self) -> str:
        return f"a mapping ({', '.join(field.name for field in self.fields)})"

    def read(self, node: Node, at: str) -> Any:
        if not isinstance(node, MapNode):
            raise refuse(node, at, self.label)
        known = {field.name: field for field in self.fields}
        values: dict[str, Any] = {}
        for entry in node.entries:
            field = known.get(entry.key)
            if field is None:
                if self.extensions and entry.key.startswith("x-"):
                    continue
                raise self._unknown(entry.key, entry.source, at)
            inside = f"{at}.{entry.key}" if at else entry.key
            values[field.argument] = field.kind.read(entry.node, inside)
        for field in self.fields:
            if field.required and field.argument not in values:
                message = f"{at or 'the file'} lacks the key {field.name!r}."
                hints = [f"write {field.name}: {field.example}"] if field.example else []
                raise Problem("invalid-spec", message, hints=hints, source=node.source)
        return self.make(**values, source=node.source)

    def _unknown(self, key: str, place: SourceRef, at: str) -> Problem:
        names = [field.name for field in self.fields]
        meant = nearest(key, names)
        where = f" in {at}" if at else ""
        hints = [f"did you mean {meant!r}?"] if meant else []
        hints.append(f"keys that are known here: {', '.join(names)}")
        return Problem("invalid-spec", f"unknown key {key!r}{where}.", hints=hints, source=place)

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {field.name: field_schema(field) for field in self.fields},
            "additionalProperties": False,
        }
        required = [field.name for field in self.fields if field.required]
        if required:
            schema["required"] = required
        if self.extensions:
            schema["patternProperties"] = {"^x-": {}}
        return schema


def field_schema(field: Field) -> dict[str, Any]:
    """Return a key's schema with its description, default and example."""
    schema: dict[str, Any] = {"description": field.about, **field.kind.schema()}
    if field.example is not None:
        schema["examples"] = [_yaml_value(field.example)]
    if field.default is not None:
        schema["default"] = _yaml_value(field.default)
    return schema


def _yaml_value(text: str) -> Any:
    return parse(text, "default").plain


@dataclass(frozen=True, slots=True)
class Either:
    """Short and long forms, told apart by their shape: one value, a list, a mapping."""

    label: str
    scalar: Kind | None = None
    listed: Kind | None = None
    mapped: Kind | None = None
    make_scalar: Callable[..., Any] | None = None

    def read(self, node: Node, at: str) -> Any:
        if isinstance(node, Scalar):
            if self.scalar is None:
                raise refuse(node, at, self.label)
            value = self.scalar.read(node, at)
            return value if self.make_scalar is None else self.make_scalar(value, node.source)
        kind = self.listed if isinstance(node, ListNode) else self.mapped
        if kind is None:
            raise refuse(node, at, self.label)
        return kind.read(node, at)

    def schema(self) -> dict[str, Any]:
        kinds = [kind for kind in (self.scalar, self.listed, self.mapped) if kind is not None]
        return {"anyOf": [kind.schema() for kind in kinds]}
