"""Docker's `!reset` and `!override` tags, and the aliases below which they may stand.

`!reset` removes a value here and in the files before; `!override` keeps it and removes
what the files before had.  Both are recorded as paths, and `apply` deletes these from an
earlier model.  Docker walks aliases while it looks for tags, and refuses some uses of an
alias inside its own expansion: this module keeps the same order of walking, so that
the same files are refused.
"""

from __future__ import annotations

from shipway.compose.construct import refuse_duplicates
from shipway.compose.nodes import ALIAS, MAPPING, SEQUENCE, Document, Node
from shipway.compose.problems import problem
from shipway.compose.tree import Map, Seq

Path = tuple[str, ...]


class Resets:
    """The paths that a document resets or overrides."""

    __slots__ = ("paths",)

    def __init__(self) -> None:
        self.paths: list[Path] = []

    def apply(self, target: Map | Seq, path: Path = ()) -> None:
        """Delete the recorded paths from an earlier model, in place."""
        if not self.paths:
            return
        if isinstance(target, Seq):
            for index, item in enumerate(target):
                if isinstance(item, Map | Seq):
                    self.apply(item, (*path, f"[{index}]"))
            return
        for key in list(target):
            here = (*path, key)
            if any(_matches(here, pattern) for pattern in self.paths):
                del target[key]
                target.marks.pop(key, None)
                continue
            value = target[key]
            if isinstance(value, Map | Seq):
                self.apply(value, here)


def _matches(path: Path, pattern: Path) -> bool:
    return len(path) == len(pattern) and all(
        wanted in ("*", part) for part, wanted in zip(path, pattern, strict=True)
    )


def resolve_tags(document: Document) -> Resets:
    """Replace aliases by what they name, drop what `!reset` removes; return the paths.

    Changes the document's nodes.  Raises Problem where an alias is used inside itself.
    """
    resets = Resets()
    if document.root is not None and document.root.kind == MAPPING:
        # Docker looks at the top level before it applies tags.
        refuse_duplicates(document.root.children)
    if document.root is not None and (document.has_aliases or document.has_resets):
        document.root = _Walk(resets).resolve(document.root, ())
    return resets


class _Walk:
    """One walk over one document."""

    def __init__(self, resets: Resets) -> None:
        self.resets = resets
        self.visited: dict[int, list[str]] = {}

    def resolve(self, node: Node, path: Path) -> Node | None:
        if any(part == "<<" for part in path[1:]):
            at = path.index("<<", 1)
            path = path[:at] + path[at + 1 :]
        if node.kind == ALIAS and node.target is not None:
            self._check_cycle(node, node.target, ".".join(path))
            return self.resolve(node.target, path)
        if node.tag == "!reset":
            self.resets.paths.append(path)
            return None
        if node.tag == "!override":
            self.resets.paths.append(path)
            return node
        if node.kind == SEQUENCE:
            found = (self.resolve(item, (*path, str(i))) for i, item in enumerate(node.children))
            node.children = [item for item in found if item is not None]
        elif node.kind == MAPPING:
            kept: list[Node] = []
            for key, value in zip(node.children[::2], node.children[1::2], strict=True):
                resolved = self.resolve(value, (*path, key.value))
                if resolved is not None:
                    kept += (key, resolved)
            node.children = kept
        return node

    def _check_cycle(self, alias: Node, target: Node, path: str) -> None:
        earlier = self.visited.setdefault(id(target), [])
        for other in earlier:
            if path == other or "<<" in other or "<<" in path:
                continue
            nested = path.startswith(other + ".") or other.startswith(path + ".")
            if nested and not _in_different_services(path, other):
                raise problem(
                    f"`*{alias.value}` is used at {path} and again at {other}, "
                    "which Docker refuses as a cycle",
                    alias.mark,
                    hints=("write out one of the two",),
                )
        earlier.append(path)


def _in_different_services(left: str, right: str) -> bool:
    lefts, rights = left.split("."), right.split(".")
    for index in range(min(len(lefts), len(rights)) - 1):
        if lefts[index] == rights[index] == "services":
            return lefts[index + 1] != rights[index + 1]
    return False
