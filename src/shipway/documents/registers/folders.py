"""The folders and files of a project's first level, as its directory section shows them."""

from __future__ import annotations

from pathlib import Path

from shipway.documents.registers.paths import SKIPPED

SHOWN_MAX = 60


def folders(root: Path) -> tuple[str, ...]:
    """Return what lies in the project's directory, folders with a slash; never a value of it."""
    try:
        found = [one for one in root.iterdir() if one.name not in SKIPPED]
    except OSError:
        return ()
    shown = sorted(found, key=lambda one: (one.is_file(), one.name))[:SHOWN_MAX]
    return tuple(f"{one.name}/" if one.is_dir() else one.name for one in shown)
