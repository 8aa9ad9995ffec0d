"""YAML with the line of every value, as text: `on` stays `on`, nothing is converted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from shipway.compose.nodes import ALIAS, MAPPING, SCALAR, Node, read_documents
from shipway.errors import Problem


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar (`text`), a mapping (`items`) or a list (`parts`), and its line.

    For a mapping's value, `line` is where its key stands.
    """

    line: int
    text: str = ""
    items: dict[str, Value] = field(default_factory=dict)
    parts: tuple[Value, ...] = ()

    def get(self, *keys: str) -> Value:
        """Return what lies under keys; an empty value with line 0 where nothing does."""
        found = self
        for key in keys:
            found = found.items.get(key, NOTHING)
        return found

    def __bool__(self) -> bool:
        return bool(self.text or self.items or self.parts)

    def scalars(self) -> Iterator[Value]:
        """Yield every scalar below, in the order of the file."""
        if self.text:
            yield self
        for part in self.parts:
            yield from part.scalars()
        for item in self.items.values():
            yield from item.scalars()

    def listed(self) -> tuple[str, ...]:
        """Return a list's texts, or a scalar as a list of one, or a mapping's keys."""
        if self.parts:
            return tuple(part.text for part in self.parts)
        if self.items:
            return tuple(self.items)
        return (self.text,) if self.text else ()


NOTHING = Value(0)


def read_positions(text: str) -> Value:
    """Return a YAML text's first document; an empty value where it is none."""
    try:
        documents = read_documents(text.encode(), "")
    except Problem:
        return NOTHING
    root = documents[0].root if documents else None
    return NOTHING if root is None else _value(root, root.mark[1])


def _value(node: Node, line: int) -> Value:
    target = node
    while target.kind == ALIAS and target.target is not None:
        target = target.target
    if target.kind == SCALAR:
        return Value(line, text=target.value)
    if target.kind == MAPPING:
        return Value(line, items=_mapping(target))
    return Value(line, parts=tuple(_value(child, child.mark[1]) for child in target.children))


def _mapping(node: Node) -> dict[str, Value]:
    items: dict[str, Value] = {}
    for key, child in zip(node.children[::2], node.children[1::2], strict=True):
        if key.value == "<<":
            merged = _value(child, key.mark[1])
            for source in merged.parts or (merged,):
                for name, item in source.items.items():
                    items.setdefault(name, item)
        else:
            items[key.value] = _value(child, key.mark[1])
    return items
