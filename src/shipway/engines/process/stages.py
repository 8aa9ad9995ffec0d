"""The stages of a build: each is a directory that stands for its file system.

Owns where a container's path lies, and which paths this build has made: those are given
another place when the build runs.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from pathlib import Path

from shipway.engines.process.copying import merge_tree

SYSTEM = frozenset(
    {
        *("/", "/usr", "/usr/local", "/usr/local/bin", "/usr/bin", "/usr/share", "/usr/src"),
        *("/bin", "/sbin", "/etc", "/lib", "/var", "/var/lib", "/tmp", "/root", "/home"),  # noqa: S108
    }
)
"""Directories of the base's own: what is copied into them is marked, they are not."""


@dataclass(slots=True, kw_only=True)
class Stages:
    """The stages' directories, below `folder`.

    paths: directories and files of the container, by stage, that this build has made.
    """

    folder: Path
    paths: dict[int, set[str]] = field(default_factory=dict)

    def root(self, stage: int) -> Path:
        """Return the directory that stands for `/` of a stage."""
        return self.folder / f"stage{stage}"

    def inside(self, stage: int, path: str, workdir: str = "/") -> Path:
        """Return where a container's path lies; it never leaves the stage's directory."""
        absolute = posixpath.normpath(posixpath.join("/", workdir, path))
        return self.root(stage) / absolute.lstrip("/")

    def inherit(self, stage: int, parent: int) -> None:
        """Begin a stage with what another one has."""
        self.paths[stage] = {*self.paths.get(parent, set())}
        if self.root(parent).exists():
            merge_tree(self.root(parent), self.root(stage))

    def mark(self, stage: int, path: str) -> None:
        """Note a path as made by this build."""
        self.paths.setdefault(stage, set()).add(path)

    def made(self, stage: int) -> set[str]:
        """Return the paths of a stage that this build has made."""
        return self.paths.get(stage, set())
