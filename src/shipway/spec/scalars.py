"""Kinds of single values: text, numbers, words, and text that a parser understands."""

# ruff: noqa: D102 - what a kind's methods do is said once, in `Kind`

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shipway.errors import Problem
from shipway.spec.kinds import Kind, Placed, nearest, refuse
from shipway.spec.nodes import Node, Scalar


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text, of one form where `pattern` is given (matched whole)."""

    label: str = "text"
    pattern: str | None = None
    hint: str | None = None

    def read(self, node: Node, at: str) -> str:
        good = isinstance(node, Scalar) and isinstance(node.value, str)
        if not good or not isinstance(node, Scalar):
            hints = ["put it in quotes"] if isinstance(node, Scalar) and node.text else []
            raise refuse(node, at, self.label, hints=hints)
        if self.pattern is not None and not re.fullmatch(self.pattern, node.text):
            raise refuse(node, at, self.label, hints=[self.hint] if self.hint else [])
        return node.text

    def schema(self) -> dict[str, Any]:
        if self.pattern is None:
            return {"type": "string"}
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True, slots=True)
class Value:
    """A variable's value: text, or a number or truth value as it is written."""

    label: str = "text, a number, true or false"

    def read(self, node: Node, at: str) -> str:
        if isinstance(node, Scalar) and node.value is not None:
            return node.text
        hints = ['write "" for an empty value'] if isinstance(node, Scalar) else []
        # The value itself is not shown: it may be a secret.
        raise Problem(
            "invalid-spec", f"{at} must be {self.label}.", hints=hints, source=node.source
        )

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value, as JSON could carry it."""

    label: str = "any value"

    def read(self, node: Node, at: str) -> Any:
        del at
        return node.plain

    def schema(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number between two bounds."""

    minimum: int
    maximum: int

    @property
    def label(self) -> str:
        return f"a whole number from {self.minimum} to {self.maximum}"

    def read(self, node: Node, at: str) -> int:
        value = node.value if isinstance(node, Scalar) else None
        whole = isinstance(value, int) and not isinstance(value, bool)
        if isinstance(value, int) and whole and self.minimum <= value <= self.maximum:
            return value
        raise refuse(node, at, self.label)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    label: str = "true or false"

    def read(self, node: Node, at: str) -> bool:
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        raise refuse(node, at, self.label)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Never:
    """The one word `false`: switches something off."""

    label: str = "false"

    def read(self, node: Node, at: str) -> None:
        if isinstance(node, Scalar) and node.value is False:
            return
        raise refuse(node, at, self.label)

    def schema(self) -> dict[str, Any]:
        return {"const": False}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]
    make: Callable[[str], Any] = str

    @property
    def label(self) -> str:
        return " or ".join([", ".join(self.words[:-1]), self.words[-1]])

    def read(self, node: Node, at: str) -> Any:
        if isinstance(node, Scalar) and node.value in self.words:
            return self.make(node.text)
        meant = nearest(node.text, self.words) if isinstance(node, Scalar) else None
        raise refuse(node, at, self.label, hints=[f"did you mean {meant!r}?"] if meant else [])

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Parsed:
    """Text that a parser understands: durations, sizes.  `pattern` is for the schema.

    The parser raises ValueError or Problem for what it does not understand.
    """

    label: str
    parser: Callable[[str], Any]
    pattern: str
    integers: bool = False

    def read(self, node: Node, at: str) -> Any:
        if not isinstance(node, Scalar):
            raise refuse(node, at, self.label)
        whole = isinstance(node.value, int) and not isinstance(node.value, bool)
        form = isinstance(node.value, str) and re.fullmatch(self.pattern, node.text)
        if not form and not (self.integers and whole):
            hints = [f"write {node.text}s for seconds"] if whole and not self.integers else []
            raise refuse(node, at, self.label, hints=hints)
        try:
            return self.parser(node.text)
        except (ValueError, Problem):
            raise refuse(node, at, self.label) from None

    def schema(self) -> dict[str, Any]:
        text: dict[str, Any] = {"type": "string", "pattern": f"^(?:{self.pattern})$"}
        return {"anyOf": [text, {"type": "integer", "minimum": 0}]} if self.integers else text


@dataclass(frozen=True, slots=True)
class AnyScalar:
    """One of several kinds of single values; the first that reads it wins."""

    label: str
    kinds: tuple[Kind, ...]

    def read(self, node: Node, at: str) -> Any:
        for kind in self.kinds:
            try:
                return kind.read(node, at)
            except Problem:
                continue
        raise refuse(node, at, self.label)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [kind.schema() for kind in self.kinds]}


@dataclass(frozen=True, slots=True)
class Here:
    """A kind whose value keeps its place."""

    kind: Kind

    @property
    def label(self) -> str:
        return self.kind.label

    def read(self, node: Node, at: str) -> Placed[Any]:
        return Placed(self.kind.read(node, at), node.source)

    def schema(self) -> dict[str, Any]:
        return self.kind.schema()
