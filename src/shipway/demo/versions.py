"""The demo's application as a git repository of its own, in four versions.

    v1  the board as it lies in examples/board
    v2  v1 with likes: visible, and a migration that v1 can live with
    v3  v2 with a defect in its health check: it answers 503
    v4  v2 with a defect that only a smoke check sees: /api/cards answers 500

v2 to v4 are kept as patches in examples/board/versions.  A commit's tree is always made
from v1 and its patches, whatever was committed before it.  The user's git configuration
plays no part, and files that git ignores (.env) stay as they are.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from shipway.errors import Problem
from shipway.git import git_argv

Version = Literal["v1", "v2", "v3", "v4"]

PATCHES: Mapping[Version, tuple[str, ...]] = {
    "v1": (),
    "v2": ("v2.patch",),
    "v3": ("v2.patch", "v3.patch"),
    "v4": ("v2.patch", "v4.patch"),
}
SUBJECTS: Mapping[Version, str] = {
    "v1": "The board: cards, a live feed, a digest",
    "v2": "Cards can be liked",
    "v3": "Check Redis' answer to a ping",
    "v4": "Show the best liked cards first",
}
GIT_DEADLINE_S = 60.0
_NOT_COPIED = {"__pycache__", ".env", ".venv"}
_IDENTITY = ("-c", "user.name=board", "-c", "user.email=board@example.invalid")


def example_directory() -> Path:
    """Return examples/board of this checkout.  Raises Problem `example-missing`."""
    directory = Path(__file__).resolve().parents[3] / "examples" / "board"
    if not (directory / "shipway.yaml").is_file():
        raise Problem(
            "example-missing",
            f"the example application is not at {directory}: it is part of Shipway's source, "
            "not of its package.",
            hints=["run ./shipway demo in a checkout of Shipway's repository"],
        )
    return directory


def prepare_repository(target: Path) -> None:
    """Make `target` a git repository that holds v1, with a `.env` beside it.

    Raises Problem `directory-in-use` where something is there, `git-failed`.
    """
    if target.exists() and any(target.iterdir()):
        raise Problem(
            "directory-in-use",
            f"{target} is not empty; the demo's repository needs a directory of its own.",
            hints=[f"rm -r {target}", "shipway demo --down, where a demo made it"],
        )
    example_directory()
    target.mkdir(parents=True, exist_ok=True)
    _git(target, "init", "--quiet", "--initial-branch=main", "--template=")
    _write_environment(target / ".env")
    commit_version(target, "v1")


def commit_version(target: Path, version: Version) -> str:
    """Commit the version in a prepared repository; return the commit's hash.

    Where the last commit is this version already, it is that commit's.  Raises Problem
    `not-a-repository`, `git-failed`, `patch-failed`.
    """
    if not (target / ".git").is_dir():
        raise Problem(
            "not-a-repository",
            f"{target} holds no repository of the demo.",
            hints=["shipway demo"],
        )
    _write_tree(target, version)
    _git(target, "add", "--all")
    if _git(target, "status", "--porcelain"):
        _git(target, *_IDENTITY, "commit", "--quiet", "--no-verify", "-m", SUBJECTS[version])
    return _git(target, "rev-parse", "HEAD").strip()


def _write_tree(target: Path, version: Version) -> None:
    for name in _git(target, "ls-files", "-z").split("\0"):
        if name:
            (target / name).unlink(missing_ok=True)
    example = example_directory()
    shutil.copytree(example, target, ignore=_left_out, dirs_exist_ok=True)
    for name in PATCHES[version]:
        _apply(target, example / "versions" / name)


def _left_out(folder: str, names: list[str]) -> set[str]:
    """Return what is no part of the application: the patches, and what a machine left there."""
    patches = {"versions"} if Path(folder) == example_directory() else set()
    return (_NOT_COPIED | patches).intersection(names)


def _apply(target: Path, patch: Path) -> None:
    """Apply the patch whole, and make sure that it did: `git apply` may skip in silence."""
    try:
        _git(target, "apply", "--whitespace=nowarn", str(patch))
        _git(target, "apply", "--reverse", "--check", str(patch))
    except Problem as problem:
        raise Problem(
            "patch-failed",
            f"{patch.name} does not fit the board as it lies in {example_directory()}.",
            details=problem.details,
            hints=["git status examples/board"],
        ) from None


def _write_environment(path: Path) -> None:
    """Write what .env.example asks for; only the owner may read it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"POSTGRES_PASSWORD={secrets.token_hex(16)}\n")


def _git(target: Path, *words: str) -> str:
    """Run git with nobody's configuration but its own; return what it printed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C.UTF-8",
    }
    try:
        done = subprocess.run(
            git_argv(target, *words),
            check=False,
            capture_output=True,
            text=True,
            timeout=GIT_DEADLINE_S,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise Problem(
            "git-missing", "git is not installed on this machine.", hints=["apt-get install git"]
        ) from None
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise Problem("git-failed", f"git {' '.join(words)} failed in {target}.", details=said[-5:])
    return done.stdout
