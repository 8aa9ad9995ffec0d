"""What a platform's file becomes: content for shipway.yaml and for Compose, and what is otherwise.

Invariant: both are trees, written as YAML in one place; no text of a file is ever pasted into a
line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shipway.compose.tree import Record
from shipway.compose.yaml_writer import write_yaml
from shipway.errors import Problem, SourceRef

_MIGRATION = re.compile(
    r"^(?P<first>[^&|;]*(?:alembic|prisma|migrat|manage\.py)[^&|;]*?)\s*&&\s*(?P<rest>.+)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Content for both files; remarks: what is otherwise; unknown: keys that mean nothing here."""

    spec: Mapping[str, Any]
    compose: Mapping[str, Any]
    remarks: tuple[str, ...] = ()
    unknown: tuple[str, ...] = field(default=())


def written(content: Mapping[str, Any]) -> str:
    """Return content as YAML, in its own order; empty where there is none."""
    return write_yaml(_ordered(content)) if content else ""


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Record({str(key): _ordered(item) for key, item in value.items()})
    return [_ordered(item) for item in value] if isinstance(value, list) else value


def for_compose(text: str) -> str:
    """Return a text that Compose takes as it stands: it replaces nothing in it."""
    return text.replace("$", "$$")


def split_migration(start: str) -> tuple[str, str]:
    """Return (start, migration): one that stands before the start is taken out of it."""
    match = _MIGRATION.match(start)
    return (match["rest"].strip(), match["first"].strip()) if match else (start, "")


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping, empty where the value is none."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[dict[str, Any]]:
    """Return the mappings of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def whole(value: Any) -> int | None:
    """Return a number of at least 1 that was written as one, or as digits; else None."""
    text = str(value)
    return (
        int(text) if not isinstance(value, bool) and re.fullmatch(r"[1-9]\d{0,8}", text) else None
    )


def relative(directory: str) -> str:
    """Return a directory as Compose wants it: from here."""
    return directory if directory.startswith(".") else f"./{directory}"


def no_settings(kind: str, path: str, why: str, line: int | None = None) -> Problem:
    """Return what there is to say of a file that cannot be used."""
    return Problem(kind, why, source=SourceRef(path=path, line=line))
