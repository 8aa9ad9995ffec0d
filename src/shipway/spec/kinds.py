"""Kinds of values that a key of shipway.yaml may have.

A kind does two things that must never disagree: it reads a node into a Python value, and
it says the same in JSON Schema.  So the reader, the published schema and the reference
have one source.  Everything raises Problem `invalid-spec` with file, line and column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from shipway.errors import Problem, SourceRef
from shipway.spec.nodes import ListNode, MapNode, Node

T = TypeVar("T")

Place = Callable[..., SourceRef | None]
"""Answers where a value of a Compose model stands, given the keys that lead to it."""


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A value and where it stands."""

    value: T
    source: SourceRef


class Kind(Protocol):
    """What a value may be."""

    @property
    def label(self) -> str:
        """Return the kind in words, after "must be"."""
        ...

    def read(self, node: Node, at: str) -> Any:
        """Return the value; `at` is the dotted path for messages."""
        ...

    def schema(self) -> dict[str, Any]:
        """Return the same as JSON Schema."""
        ...


def refuse(node: Node, at: str, must: str, *, hints: Iterable[str] = ()) -> Problem:
    """Return the Problem for a value of the wrong kind, without showing long values."""
    message = f"{at or 'the file'} must be {must}, not {_shown(node)}."
    return Problem("invalid-spec", message, hints=tuple(hints), source=node.source)


def _shown(node: Node) -> str:
    if isinstance(node, MapNode):
        return "a mapping"
    if isinstance(node, ListNode):
        return "a list"
    if node.value is None:
        return "nothing"
    return f"{node.text!r}" if len(node.text) <= 60 else f"{node.text[:57]!r}…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` was probably meant to be."""
    from difflib import get_close_matches  # only a refusal pays for it

    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
