"""The project's files that a path or a pattern of the owner means; never outside of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

FILES_MAX = 2000
SKIPPED = frozenset(
    (".git", "node_modules", ".venv", "venv", "__pycache__", "dist", "build", ".next", "vendor")
)


def matching(root: Path, pattern: str) -> tuple[Path, ...]:
    """Return the files and folders below `root` that a path or a pattern means, sorted."""
    if pattern.startswith("/") or ".." in Path(pattern).parts:
        return ()
    try:
        found = islice(root.glob(pattern.rstrip("/")), FILES_MAX)
        return tuple(sorted(one for one in found if _inside(root, one)))
    except (OSError, ValueError):
        return ()


def files_below(root: Path, path: str) -> Iterator[Path]:
    """Yield at most FILES_MAX files of a file, a folder or a pattern; dependencies left out."""
    yield from islice(_files(root, path), FILES_MAX)


def _files(root: Path, path: str) -> Iterator[Path]:
    for start in matching(root, path):
        if start.is_file():
            yield start
            continue
        for folder, folders, names in os.walk(start):
            folders[:] = sorted(set(folders) - SKIPPED)
            yield from (Path(folder, name) for name in sorted(names))


def _inside(root: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())
