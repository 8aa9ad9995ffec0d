"""What git says of two commits never changes: asked once, remembered, bounded."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from shipway import git


@lru_cache(maxsize=512)
def commits_between(directory: str, old: str, new: str) -> tuple[str, ...]:
    """Return a line for each commit in `new` that is not in `old`.  Raises Problem."""
    return tuple(git.commits_between(Path(directory), old, new, limit=100))


@lru_cache(maxsize=512)
def changed_files(directory: str, old: str, new: str) -> tuple[str, ...]:
    """Return the files that differ.  Raises Problem."""
    return tuple(git.changed_files(Path(directory), old, new))
