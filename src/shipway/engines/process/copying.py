"""Copies trees of files for builds and instances."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

SHARED = "node_modules"


def copy_file(source: Path, target: Path) -> None:
    """Copy a file with its mode and time, or a link as a link; replace what is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(target):
        target.unlink()
    shutil.copy2(source, target, follow_symlinks=False)


def merge_tree(source: Path, target: Path) -> None:
    """Copy a directory of one stage into another's, replacing files that are there."""
    for folder, names, files in os.walk(source):
        base = target / os.path.relpath(folder, source)
        base.mkdir(parents=True, exist_ok=True)
        for name in [*files, *(n for n in names if Path(folder, n).is_symlink())]:
            other = base / name
            if os.path.lexists(other):
                other.unlink()
            shutil.copy2(Path(folder, name), other, follow_symlinks=False)


def copy_build(tree: Path, root: Path) -> None:
    """Copy a build for an instance; a copy that was cut short is made again."""
    if root.exists():
        return
    fresh = root.with_name(".root.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for base, names, files in os.walk(tree):
        target = fresh / os.path.relpath(base, tree)
        target.mkdir(parents=True, exist_ok=True)
        links = [name for name in names if Path(base, name).is_symlink()]
        if SHARED in names and SHARED not in links:
            (target / SHARED).symlink_to(Path(base, SHARED))
        names[:] = [name for name in names if name != SHARED and name not in links]
        for name in [*files, *links]:
            shutil.copy2(Path(base, name), target / name, follow_symlinks=False)
    fresh.rename(root)
