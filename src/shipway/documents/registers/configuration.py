"""Whether the configuration is kept in git, file by file, with its newest commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from shipway import git
from shipway.documents.facts import ConfigurationFacts
from shipway.errors import Problem


def configuration(root: Path, paths: Sequence[str]) -> Iterator[ConfigurationFacts]:
    """Yield the state of each file; `unknown` where there is no repository."""
    for path in dict.fromkeys(paths):
        if (root / path).is_file():
            yield _state(root, path)


def _state(root: Path, path: str) -> ConfigurationFacts:
    try:
        newest = git.last_change(root, path)
        if newest is None:
            return ConfigurationFacts(path=path, state="untracked")
        changed = git.is_changed(root, path)
    except Problem:
        return ConfigurationFacts(path=path, state="unknown")
    commit, at = newest
    return ConfigurationFacts(
        path=path, state="changed" if changed else "committed", commit=commit, at=at
    )
