"""The tree that all stages work on: plain values in mappings and sequences that know their place.

Owns the two containers and nothing else.  A value's place is kept by its container, so
strings and numbers stay plain.  Invariant: a `Seq` has one mark for each item; a `Map`
may lack marks for keys that no file wrote (defaults), and then its own mark stands in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Mark = tuple[str, int, int]
"""A place: file, line and column, counted from 1; 0 where there is none.

A plain tuple, because one is made for every value of every file.
"""


class Map(dict[str, Any]):
    """A mapping with the place of each key and of itself."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: Mark | None = None) -> None:
        self.mark = mark
        self.marks: dict[str, Mark | None] = {}

    @classmethod
    def of(cls, mark: Mark | None, **items: Any) -> Map:
        """Make a mapping all of whose keys come from one place."""
        made = cls(mark)
        made.update(items)
        return made

    def put(self, key: str, value: Any, mark: Mark | None) -> None:
        """Set a key and where it was written."""
        self[key] = value
        self.marks[key] = mark

    def adopt(self, other: Map, key: str) -> None:
        """Set a key from another mapping, with its place."""
        self[key] = other[key]
        self.marks[key] = other.mark_of(key)

    def mark_of(self, key: str) -> Mark | None:
        """Return where `key` was written, or where the mapping was."""
        return self.marks.get(key) or self.mark


class Seq(list[Any]):
    """A sequence with the place of each item and of itself.

    nil: an empty one that Docker's loader takes for null where it validates a further file.
    """

    __slots__ = ("mark", "marks", "nil")

    def __init__(self, mark: Mark | None = None) -> None:
        super().__init__()
        self.mark = mark
        self.marks: list[Mark | None] = []
        self.nil = False

    @classmethod
    def of(cls, mark: Mark | None, items: Iterable[Any]) -> Seq:
        """Make a sequence all of whose items come from one place."""
        made = cls(mark)
        made.extend(items)
        made.marks = [mark] * len(made)
        return made

    def add(self, value: Any, mark: Mark | None) -> None:
        """Append an item and where it was written."""
        self.append(value)
        self.marks.append(mark)

    def add_all(self, other: Seq) -> None:
        """Append another sequence's items with their places."""
        self.extend(other)
        self.marks.extend(other.marks)


class Record(dict[str, Any]):
    """A mapping of the model whose keys keep their order in YAML; others are sorted there."""

    __slots__ = ()


def clone(value: Any) -> Any:
    """Return a deep copy; scalars are shared because they cannot change."""
    if isinstance(value, Map):
        copy = Map(value.mark)
        copy.marks = dict(value.marks)
        for key, item in value.items():
            copy[key] = clone(item) if isinstance(item, Map | Seq) else item
        return copy
    if isinstance(value, Seq):
        twin = Seq(value.mark)
        twin.marks = list(value.marks)
        twin.extend([clone(item) if isinstance(item, Map | Seq) else item for item in value])
        return twin
    return value


def same(left: Any, right: Any) -> bool:
    """Return whether two values are equal in value and in type (`1` is not `true`)."""
    if isinstance(left, Map) and isinstance(right, Map):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, Seq) and isinstance(right, Seq):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and bool(left == right)
