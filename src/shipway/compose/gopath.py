"""Paths as Go's `path` and `filepath` packages handle them on Linux, Windows' recognised."""

from __future__ import annotations

import os
import re

_DRIVE = re.compile(r"[a-zA-Z]:")
_UNC = re.compile(r"[\\/]{2}[^\\/.][^\\/]*[\\/][^\\/.][^\\/]*")


def clean(path: str) -> str:
    """Return the shortest path of the same meaning; `` becomes `.`."""
    if not path:
        return "."
    rooted = path.startswith("/")
    kept: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if kept and kept[-1] != "..":
                kept.pop()
            elif not rooted:
                kept.append(part)
            continue
        kept.append(part)
    return ("/" if rooted else "") + "/".join(kept) or "."


def join(*parts: str) -> str:
    """Join what is not empty, and clean; all empty gives ``."""
    present = [part for part in parts if part]
    return clean("/".join(present)) if present else ""


def is_windows_absolute(path: str) -> bool:
    """Return whether Windows would take the path as absolute: with a drive, or a share."""
    volume = _DRIVE.match(path) or _UNC.match(path)
    if volume is None:
        return False
    return path[volume.end() : volume.end() + 1] in ("\\", "/")


def relative(base: str, target: str) -> str:
    """Return `target` seen from `base`; both absolute, or both relative."""
    if base.startswith("/") != target.startswith("/"):
        return target
    return os.path.relpath(clean(target), clean(base)) if target != base else "."


def directory(path: str) -> str:
    """Return the directory of a path, as Go's `filepath.Dir`."""
    head, slash, _ = path.rpartition("/")
    return clean(head + slash)


def expand_user(path: str, home: str | None) -> str:
    """Return the path with `~` replaced; `~name` is not a user, as Docker has it."""
    if path.startswith("~") and home is not None:
        return join(home, path[1:])
    return path
