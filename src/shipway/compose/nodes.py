"""From bytes to YAML nodes: the parser's events, with places, and the limits on input.

Owns reading and its bounds.  What a scalar means is `scalars`' business, what tags and
merge keys do is `construct`'s.  Invariant: a tree that leaves here has no cycle, is not
deeper than `DEPTH_MAX` and, aliases expanded, not larger than `NODES_MAX`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from shipway.compose.dialect import Dialect
from shipway.compose.problems import SYNTAX, TOO_LARGE, problem
from shipway.compose.tree import Mark
from shipway.errors import Problem

FILE_BYTES_MAX = 1024 * 1024
DEPTH_MAX = 100
NODES_MAX = 100_000
"""Nodes of a document with every alias expanded."""

SCALAR, SEQUENCE, MAPPING, ALIAS = "scalar", "sequence", "mapping", "alias"
_LONG_TAG = "tag:yaml.org,2002:"


class Node:
    """One YAML node.

    kind: scalar, sequence, mapping or alias.  tag: its short form (`!!int`, `!reset`), empty
    where none was written.  value: a scalar's text, an alias' anchor.  children: items, or
    keys and values in turn.  size, height: of the subtree with aliases expanded.
    """

    __slots__ = ("children", "height", "kind", "mark", "plain", "size", "tag", "target", "value")

    def __init__(self, kind: str, tag: str, value: str, mark: Mark, *, plain: bool = True) -> None:
        self.kind = kind
        self.tag = tag
        self.value = value
        self.mark = mark
        self.plain = plain
        self.children: list[Node] = []
        self.target: Node | None = None
        self.size = 1
        self.height = 1


class Document:
    """The root of one document and whether it has aliases, or tags that reset."""

    __slots__ = ("has_aliases", "has_resets", "root")

    def __init__(self) -> None:
        self.root: Node | None = None
        self.has_aliases = False
        self.has_resets = False


def _parser(data: bytes) -> Any:
    """Return libyaml's parser where it is there, else PyYAML's own."""
    try:
        from yaml import cyaml
    except ImportError:
        return yaml.SafeLoader(data)
    parser: Any = cyaml
    return parser.CParser(data)


def read_documents(data: bytes, path: str) -> list[Document]:
    """Return the documents of a YAML stream.  Raises Problem."""
    if len(data) > FILE_BYTES_MAX:
        raise problem(
            f"the file has {len(data)} bytes; {FILE_BYTES_MAX} are read at most",
            (path, 0, 0),
            kind=TOO_LARGE,
        )
    try:
        return list(_Composer(data, path).documents())
    except yaml.YAMLError as error:
        raise _syntax_problem(error, path) from error
    except UnicodeDecodeError as error:
        raise problem(
            f"the file is not UTF-8: {error.reason}", (path, 0, 0), kind=SYNTAX
        ) from error


def _syntax_problem(error: yaml.YAMLError, path: str) -> Problem:
    line = column = 0
    text = str(error).splitlines()[0] if str(error) else "invalid YAML"
    if isinstance(error, yaml.MarkedYAMLError):
        place = error.problem_mark or error.context_mark
        if place is not None:
            line, column = place.line + 1, place.column + 1
        text = ", ".join(part for part in (error.problem, error.context) if part)
    return problem(
        f"not valid YAML: {text}",
        (path, line, column),
        kind=SYNTAX,
        hints=("look for wrong indentation, a tab, or a missing quote on this line or above",),
    )


def _short_tag(tag: str | None) -> str:
    if tag is None or tag == "!":
        return ""
    return "!!" + tag[len(_LONG_TAG) :] if tag.startswith(_LONG_TAG) else tag


class _Composer:
    """Composes events into nodes without recursion, so that depth costs no stack."""

    def __init__(self, data: bytes, path: str) -> None:
        self._parser = _parser(data)
        self._path = path
        self._dialect = Dialect(data, path)
        self._document = Document()
        self._anchors: dict[str, Node] = {}
        self._stack: list[Node] = []
        self._open: set[int] = set()
        self._flow = 0

    def documents(self) -> Iterator[Document]:
        get = self._parser.get_event
        while (event := get()) is not None:
            kind = event.__class__
            if kind is ScalarEvent:
                self._scalar(event)
            elif kind is MappingStartEvent:
                self._start(event, MAPPING)
            elif kind is SequenceStartEvent:
                self._start(event, SEQUENCE)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._end()
            elif kind is AliasEvent:
                self._alias(event)
            elif kind is DocumentStartEvent:
                self._dialect.check_version(event)
            elif kind is DocumentEndEvent:
                yield self._document
                self._document, self._anchors = Document(), {}

    def _scalar(self, event: Any) -> None:
        start = event.start_mark
        mark = (self._path, start.line + 1, start.column + 1)
        tag = _short_tag(event.tag) if event.tag else ""
        node = Node(SCALAR, tag, event.value, mark, plain=not event.style)
        self._dialect.check_scalar(event, mark, in_flow=self._flow > 0)
        self._note(event, node)
        self._place(node)

    def _start(self, event: Any, kind: str) -> None:
        start = event.start_mark
        node = Node(kind, _short_tag(event.tag), "", (self._path, start.line + 1, start.column + 1))
        self._note(event, node)
        self._open.add(id(node))
        self._stack.append(node)
        if self._flow or event.flow_style:
            self._flow += 1
        if len(self._stack) > DEPTH_MAX:
            raise problem(f"nested deeper than {DEPTH_MAX} levels", node.mark, kind=TOO_LARGE)

    def _end(self) -> None:
        node = self._stack.pop()
        self._open.discard(id(node))
        if self._flow:
            self._flow -= 1
        _measure(node)
        self._place(node)

    def _alias(self, event: Any) -> None:
        start = event.start_mark
        mark = (self._path, start.line + 1, start.column + 1)
        name = str(event.anchor)
        target = self._anchors.get(name)
        if target is None:
            raise problem(f"unknown anchor `{name}` referenced", mark, kind=SYNTAX)
        if id(target) in self._open:
            raise problem(f"anchor `{name}` contains itself", mark, kind=SYNTAX)
        node = Node(ALIAS, "", name, mark)
        node.target = target
        node.size, node.height = target.size, target.height
        self._document.has_aliases = True
        self._place(node)

    def _note(self, event: Any, node: Node) -> None:
        if event.anchor:
            self._anchors[event.anchor] = node
        if node.tag in ("!reset", "!override"):
            self._document.has_resets = True

    def _place(self, node: Node) -> None:
        if self._stack:
            self._stack[-1].children.append(node)
        else:
            self._document.root = node


def _measure(node: Node) -> None:
    children = node.children
    node.size = 1 + sum([child.size for child in children])
    node.height = 1 + max([child.height for child in children], default=0)
    if node.size > NODES_MAX or node.height > DEPTH_MAX:
        raise problem(
            f"with its aliases written out, the document has more than {NODES_MAX} values "
            f"or {DEPTH_MAX} levels",
            node.mark,
            kind=TOO_LARGE,
        )
