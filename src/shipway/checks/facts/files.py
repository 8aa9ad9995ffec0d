"""Which files a project has, and their text, read once and bounded."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path, PurePosixPath

from shipway.checks.facts.paths import aside
from shipway.git import git_argv

FILE_BYTES_MAX = 1024 * 1024
FILES_MAX = 20_000
GIT_DEADLINE_S = 20.0
IGNORED_DIRECTORIES = frozenset(
    {
        ".git",
        ".hg",
        ".venv",
        "venv",
        "node_modules",
        "__pycache__",
        ".next",
        "dist",
        "build",
        "target",
        ".tox",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        "site-packages",
        "vendor",
    }
)


class Files:
    """The files below a root: those that git tracks or would track, else all of them.

    Paths are relative, with `/`.  tracked: what git tracks, None outside of a repository.
    exported: the tree is a commit's, without its repository, so that git tracks all of it.
    """

    def __init__(self, root: Path, *, exported: bool = False) -> None:
        self.root = root
        self.exported = exported
        self._texts: dict[str, str] = {}
        self._ignored: dict[str, bool] = {}

    @cached_property
    def tracked(self) -> frozenset[str] | None:
        """Return the paths in git's index; None where there is no repository."""
        if self.exported:
            return frozenset(self.paths)
        listed = _git_files(self.root, "--cached")
        return None if listed is None else frozenset(listed)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Return all paths, sorted; at most FILES_MAX."""
        if self.exported or self.tracked is None:
            return tuple(sorted(_walk(self.root)))
        more = _git_files(self.root, "--others", "--exclude-standard") or []
        found = (path for path in sorted({*self.tracked, *more}) if _wanted(path))
        return tuple(path for path in found if (self.root / path).is_file())[:FILES_MAX]

    def ignored(self, path: str) -> bool:
        """Return whether git would ignore a file of this path; False outside of a repository."""
        if path not in self._ignored:
            argv = git_argv(self.root, "check-ignore", "--quiet", "--no-index", path)
            self._ignored[path] = _succeeds(argv)
        return self._ignored[path]

    def named(self, *patterns: str) -> tuple[str, ...]:
        """Return the paths whose last part matches one of the patterns, tests' files left out."""
        return tuple(
            path
            for path in self.paths
            if not aside(path)
            and any(fnmatch(PurePosixPath(path).name, pattern) for pattern in patterns)
        )

    def text(self, path: str) -> str:
        """Return a file's text; empty where it is too large, binary or unreadable."""
        if path not in self._texts:
            self._texts[path] = _read(self.root / path)
        return self._texts[path]

    def lines(self, path: str) -> list[str]:
        """Return a file's lines without their ends."""
        return self.text(path).split("\n")

    def numbered(self, path: str) -> Iterator[tuple[int, str]]:
        """Yield (line number, line)."""
        return enumerate(self.lines(path), 1)


def _wanted(path: str) -> bool:
    return not IGNORED_DIRECTORIES.intersection(path.split("/")[:-1])


def _git_files(root: Path, *which: str) -> list[str] | None:
    argv = git_argv(root, "ls-files", "-z", *which)
    try:
        done = subprocess.run(
            argv,
            check=False,
            capture_output=True,
            timeout=GIT_DEADLINE_S,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None
    return [item for item in done.stdout.decode("utf-8", "surrogateescape").split("\0") if item]


def _succeeds(argv: list[str]) -> bool:
    try:
        done = subprocess.run(
            argv,
            check=False,
            capture_output=True,
            timeout=GIT_DEADLINE_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _walk(root: Path) -> list[str]:
    found: list[str] = []
    for folder, directories, names in os.walk(root):
        directories[:] = sorted(set(directories) - IGNORED_DIRECTORIES)
        below = Path(folder).relative_to(root)
        found += [(below / name).as_posix() for name in names]
        if len(found) > FILES_MAX:
            break
    return found[:FILES_MAX]


def _read(path: Path) -> str:
    try:
        if not path.is_file():  # a pipe would be waited for without end
            return ""
        with path.open("rb") as stream:
            data = stream.read(FILE_BYTES_MAX + 1)
    except OSError:
        return ""
    if len(data) > FILE_BYTES_MAX or b"\0" in data[:4096]:
        return ""
    return data.decode("utf-8", "replace").replace("\r\n", "\n")
