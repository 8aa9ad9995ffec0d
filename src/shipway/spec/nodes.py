"""YAML as a tree of nodes that know their place.

Owns reading text into nodes: YAML 1.2's scalars (`yes` and `22:22` are text, `0600` keeps
its digits), duplicate keys refused, merge keys (`<<`) unfolded, aliases bounded.  What the
nodes mean is left to the kinds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from shipway.errors import Problem, SourceRef

NODES_MAX = 20_000
"""More nodes than any real file has; aliases of aliases are stopped by it."""

_NULL = re.compile(r"|~|null|Null|NULL")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]{1,30}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value; `text` as written, `value` as YAML 1.2 understands it."""

    text: str
    value: str | int | float | bool | None
    source: SourceRef

    @property
    def plain(self) -> Any:
        """Return the value without its place."""
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNode:
    """A list of nodes."""

    items: tuple[Node, ...]
    source: SourceRef

    @property
    def plain(self) -> Any:
        """Return the list without its places."""
        return [item.plain for item in self.items]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key of a mapping with its value."""

    key: str
    source: SourceRef
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode:
    """Keys with their values, in the order of the file."""

    entries: tuple[Entry, ...]
    source: SourceRef

    @property
    def plain(self) -> Any:
        """Return the mapping without its places."""
        return {entry.key: entry.node.plain for entry in self.entries}


Node = Scalar | ListNode | MapNode


def parse(text: str, path: str) -> Node:
    """Return the one document in `text`; `path` names it in messages.

    Raises Problem `invalid-yaml`.  An empty file is an empty mapping.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _syntax_problem(error, path) from None
    except RecursionError:
        raise Problem(
            "invalid-yaml", "the file is nested too deeply.", source=SourceRef(path=path)
        ) from None
    if root is None:
        return MapNode(entries=(), source=SourceRef(path=path, line=1, column=1))
    return _Converter(path).convert(root, None, ())


def _syntax_problem(error: yaml.YAMLError, path: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    place = SourceRef(path=path)
    if mark is not None:
        place = SourceRef(path=path, line=mark.line + 1, column=mark.column + 1)
    reason = getattr(error, "problem", None) or "it is not YAML"
    return Problem("invalid-yaml", f"this is not valid YAML: {reason}.", source=place)


class _Converter:
    """Turns PyYAML's nodes into ours, counting them."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.count = 0

    def convert(self, node: yaml.Node, place: SourceRef | None, parents: tuple[int, ...]) -> Node:
        self.count += 1
        source = place or self._place(node)
        if self.count > NODES_MAX or id(node) in parents:
            raise Problem(
                "invalid-yaml", "aliases in this file expand without an end.", source=source
            )
        inside = (*parents, id(node))
        if isinstance(node, yaml.ScalarNode):
            plain = node.style is None
            value = _resolve(node.value) if plain else node.value
            return Scalar(text=node.value, value=value, source=source)
        if isinstance(node, yaml.SequenceNode):
            items = tuple(self.convert(item, None, inside) for item in node.value)
            return ListNode(items=items, source=source)
        assert isinstance(node, yaml.MappingNode)  # noqa: S101 - PyYAML has no fourth kind
        return MapNode(entries=self._entries(node, inside), source=source)

    def _entries(self, node: yaml.MappingNode, parents: tuple[int, ...]) -> tuple[Entry, ...]:
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in node.value:
            place = self._place(key)
            if not isinstance(key, yaml.ScalarNode):
                raise Problem("invalid-yaml", "a key must be a word.", source=place)
            if key.value == "<<" and key.style is None:
                for entry in self._merged(value, place, parents):
                    merged.setdefault(entry.key, entry)
                continue
            if key.value in own:
                first = own[key.value].source.line
                raise Problem(
                    "invalid-yaml",
                    f"{key.value!r} stands here a second time; the first is in line {first}.",
                    source=place,
                )
            # A block's place is its key's: that is the line a person looks for.
            at = None if isinstance(value, yaml.ScalarNode) else place
            converted = self.convert(value, at, parents)
            own[key.value] = Entry(key=key.value, source=place, node=converted)
        return tuple({**merged, **own}.values())

    def _merged(
        self, value: yaml.Node, place: SourceRef, parents: tuple[int, ...]
    ) -> tuple[Entry, ...]:
        node = self.convert(value, None, parents)
        parts = node.items if isinstance(node, ListNode) else (node,)
        entries: list[Entry] = []
        for part in parts:
            if not isinstance(part, MapNode):
                raise Problem("invalid-yaml", "`<<` merges mappings only.", source=place)
            entries += part.entries
        return tuple(entries)

    def _place(self, node: yaml.Node) -> SourceRef:
        mark = node.start_mark
        return SourceRef(path=self.path, line=mark.line + 1, column=mark.column + 1)


def _resolve(text: str) -> str | int | float | bool | None:
    """Return what YAML 1.2's core schema makes of an unquoted scalar."""
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
