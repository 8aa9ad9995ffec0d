"""The names that a shipway.yaml declares, the project's and its environments', and no more.

Reading the whole of the file takes tables of all its keys, a fifth of a second of CPU that a
command which asks the daemon needs nothing of.  What is not plainly written here (an alias
among the names, a merge key) is left to the whole reader, and so is saying what is wrong.
Invariant: where both readers answer, they answer the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shipway.model.names import (
    ENVIRONMENT_PATTERN,
    ENVIRONMENTS_BY_DEFAULT,
    PROJECT_PATTERN,
    default_project,
)

if TYPE_CHECKING:
    from yaml import Node

BYTES_MAX = 1_048_576
_NO_NAMES = frozenset(("null", "true", "false"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A project's name and those of its environments."""

    project: str
    environments: tuple[str, ...]


def read_declared(path: Path) -> Declared:
    """Return what the shipway.yaml at `path` declares.  Raises Problem as `load_spec` does."""
    return _plainly(path) or _wholly(path.parent)


def _wholly(directory: Path) -> Declared:
    from shipway.spec import load_spec

    spec = load_spec(directory)
    return Declared(project=spec.project, environments=tuple(spec.environments))


def _plainly(path: Path) -> Declared | None:
    """Return the names where they are plainly written, else None."""
    import yaml

    try:
        if path.stat().st_size > BYTES_MAX:
            return None
        text = path.read_text(encoding="utf-8-sig")
        top = _entries(yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        if top is None:
            return None
        project = default_project(path.parent)
        if "project" in top:
            project = _name(top["project"], PROJECT_PATTERN)
        environments: tuple[str, ...] = ENVIRONMENTS_BY_DEFAULT
        if "environments" in top:
            environments = tuple(_entries(top["environments"]) or ())
    except (UnicodeDecodeError, ValueError, RecursionError, yaml.YAMLError):
        return None
    if not environments or not all(_is_name(item, ENVIRONMENT_PATTERN) for item in environments):
        return None
    return Declared(project=project, environments=environments)


def _entries(node: Node | None) -> dict[str, Node] | None:
    """Return a mapping's values by key; None where it is none.  Raises ValueError."""
    import yaml

    if not isinstance(node, yaml.MappingNode):
        return None
    found: dict[str, Node] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in found or key.value == "<<":
            raise ValueError(key)
        found[key.value] = value
    return found


def _name(node: Node, pattern: str) -> str:
    """Return a name.  Raises ValueError where it may be something else."""
    import yaml

    value = str(node.value)
    if not isinstance(node, yaml.ScalarNode) or not _is_name(value, pattern):
        raise ValueError(value)
    return value


def _is_name(text: str, pattern: str) -> bool:
    return bool(re.fullmatch(pattern, text)) and text[0].isalpha() and text not in _NO_NAMES
