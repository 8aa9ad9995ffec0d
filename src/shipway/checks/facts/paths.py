"""Paths of a project: relative to its root, with `/`."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path

ASIDE = frozenset({"test", "tests", "testing", "fixtures", "testdata", "examples", "samples"})


def relative(root: Path, path: str) -> str | None:
    """Return a path relative to the root; None where it lies outside."""
    absolute = os.path.normpath(os.path.join(root, path))  # noqa: PTH118 - links stay as they are
    found = os.path.relpath(absolute, root).replace(os.sep, "/")
    return None if found.startswith("..") else found


def joined(directory: str, path: str) -> str:
    """Return a path relative to the root, from one relative to a directory of it."""
    return posixpath.normpath(posixpath.join(directory, path))


def within(directory: str, path: str) -> bool:
    """Return whether a path lies below a directory; everything lies below `.`."""
    return directory == "." or path.startswith(f"{directory}/")


def for_developers(path: str) -> bool:
    """Return whether a path says that the file is for a developer's own machine."""
    return bool(re.search(r"(^|[/.\-_])(local|dev|development)([/.\-_]|$)", path.lower()))


def aside(path: str) -> bool:
    """Return whether a file is a test's or an example's, and so is never deployed."""
    return bool(ASIDE.intersection(path.lower().split("/")[:-1]))
