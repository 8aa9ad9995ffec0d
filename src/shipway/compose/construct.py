"""From YAML nodes to the tree: duplicate keys refused, merge keys applied, keys are strings."""

from __future__ import annotations

from typing import Any

from shipway.compose.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Node
from shipway.compose.problems import problem
from shipway.compose.scalars import ScalarError, resolve_plain, resolve_tagged
from shipway.compose.tree import Map, Seq


def construct(node: Node) -> Any:
    """Return the value of a node without aliases.  Raises Problem."""
    if node.kind == SCALAR:
        return _scalar(node)
    if node.kind == SEQUENCE:
        items = Seq(node.mark)
        for child in node.children:
            items.add(construct(child), child.mark)
        return items
    if node.kind == ALIAS:  # only below `!override`, where Docker leaves aliases in place
        assert node.target is not None  # noqa: S101 - an alias without a target is not made
        return construct(node.target)
    made = Map(node.mark)
    _fill(made, node, set())
    return made


def top_level_text(root: Node | None, key: str) -> Node | None:
    """Return the scalar of a key at the top of a document, from a merge key too, or None."""
    if root is None or root.kind != MAPPING:
        return None
    merged: Node | None = None
    for index in range(0, len(root.children), 2):
        name, value = root.children[index], root.children[index + 1]
        if name.kind == SCALAR and name.value == key:
            return value if value.kind == SCALAR and _scalar(value) is not None else None
        if _is_merge(name):
            sources = value.children if value.kind == SEQUENCE else [value]
            found = [top_level_text(source, key) for source in sources]
            merged = next((node for node in found if node is not None), None)
    return merged


def _scalar(node: Node) -> Any:
    tag = node.tag
    if not tag:
        return resolve_plain(node.value) if node.plain else node.value
    try:
        return resolve_tagged(tag, node.value)
    except ScalarError as error:
        raise problem(str(error), node.mark) from error


def _fill(made: Map, node: Node, taken: set[str]) -> None:
    """Put a mapping's pairs, then those of its merge key; a key in `taken` is set already."""
    children = node.children
    refuse_duplicates(children)
    merge: Node | None = None
    for index in range(0, len(children), 2):
        key_node, value_node = children[index], children[index + 1]
        if _is_merge(key_node):
            merge = value_node
            continue
        key = _key(key_node)
        if key in taken:
            continue
        taken.add(key)
        made.put(key, construct(value_node), key_node.mark)
    if merge is not None:
        _merge(made, merge, taken)


def _merge(made: Map, merge: Node, taken: set[str]) -> None:
    sources = merge.children if merge.kind == SEQUENCE else [merge]
    for source in sources:
        found = source.target if source.kind == ALIAS else source
        if found is None or found.kind != MAPPING:
            raise problem("`<<` merges a mapping or a list of mappings, nothing else", source.mark)
        _fill(made, found, taken)


def _is_merge(key: Node) -> bool:
    return (
        key.kind == SCALAR
        and key.value == "<<"
        and (key.tag == "!!merge" or (not key.tag and key.plain))
    )


def _key(node: Node) -> str:
    found = node.target if node.kind == ALIAS and node.target is not None else node
    if found.kind == SCALAR:
        value = _scalar(found)
        if isinstance(value, str):
            return value
    shown = found.value or "null" if found.kind == SCALAR else "a list or mapping"
    raise problem(
        f"this key is not a string: {shown}", node.mark, hints=(f'write it in quotes: "{shown}"',)
    )


def refuse_duplicates(children: list[Node]) -> None:
    """Refuse a mapping that has a key twice.  Raises Problem."""
    seen: dict[tuple[str, str], Node] = {}
    for index in range(0, len(children), 2):
        key = children[index]
        identity = (key.kind, key.value)
        if identity in seen:
            raise problem(
                f"the key `{key.value}` is there already, on line {seen[identity].mark[1]}",
                key.mark,
                hints=("keep one of the two",),
            )
        seen[identity] = key
