"""The small readers that the others share: a project's files, and text that is JSON or TOML."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, Protocol

import yaml


class Source(Protocol):
    """A project's files: relative paths with `/`, texts bounded and never failing."""

    @property
    def paths(self) -> Sequence[str]:
        """Return all paths."""
        ...

    def text(self, path: str) -> str:
        """Return a file's text; empty where there is none."""
        ...


def directory_of(path: str) -> str:
    """Return the directory of a path; empty for the root."""
    parent = str(PurePosixPath(path).parent)
    return "" if parent == "." else parent


def within(directory: str, name: str) -> str:
    """Return the path of a file in a directory of the project."""
    return f"{directory}/{name}" if directory else name


def json_of(text: str) -> dict[str, Any]:
    """Return a JSON object; empty where the text is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def toml_of(text: str) -> dict[str, Any]:
    """Return a TOML document; empty where the text is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def yaml_of(text: str) -> dict[str, Any]:
    """Return a YAML mapping; empty where the text is none."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def line_of(text: str, pattern: str) -> int:
    """Return the number of the first line that a pattern is found in; 1 where there is none."""
    for number, line in enumerate(text.split("\n"), 1):
        if re.search(pattern, line):
            return number
    return 1


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping, empty where the value is none."""
    return value if isinstance(value, dict) else {}
