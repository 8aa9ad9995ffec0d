"""What Shipway asks of git: which commit a name means, and its tree in a directory.

Only reads the user's repository; hooks, filters and pagers of it are never run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from shipway.errors import Problem

GIT_DEADLINE_S = 120.0
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C.UTF-8",
}


def git_argv(directory: Path, *words: str) -> list[str]:
    """Return the command line of a git command in `directory`."""
    return [
        "git",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-C",
        str(directory),
        *words,
    ]


def _git(directory: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            git_argv(directory, *words),
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=GIT_DEADLINE_S,
            env={**os.environ, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise Problem(
            "git-missing", "git is not installed on this machine.", hints=["apt-get install git"]
        ) from None
    except subprocess.TimeoutExpired:
        raise Problem(
            "deadline", f"git {words[0]}: no answer after {GIT_DEADLINE_S:g} s."
        ) from None
    if done.returncode != 0:
        raise _problem(directory, words, done.stderr.strip())
    return done.stdout


def _answered(directory: Path, *words: str) -> str | None:
    """Return what git prints, None where it says no; other Problems are raised."""
    try:
        return _git(directory, *words)
    except Problem as problem:
        if problem.kind != "git-failed":
            raise
        return None


def _problem(directory: Path, words: tuple[str, ...], said: str) -> Problem:
    if "not a git repository" in said:
        return Problem(
            "not-a-repository",
            f"{directory} is not in a git repository; Shipway deploys commits.",
            hints=["git init && git add -A && git commit -m 'first version'"],
        )
    if "dubious ownership" in said:
        return Problem(
            "foreign-repository",
            f"{directory} belongs to another user, and git does not read it.",
            hints=[f"git config --global --add safe.directory {directory}"],
        )
    if "No space left on device" in said:
        return Problem(
            "disk-full",
            "the disk is full: git could not write the commit's files. What runs goes on serving.",
            hints=["df -h", "shipway clean"],
        )
    return Problem(
        "git-failed", f"git {words[0]} failed in {directory}.", details=said.splitlines()[-5:]
    )


def top_level(directory: Path) -> Path:
    """Return the root of the repository that `directory` lies in."""
    return Path(_git(directory, "rev-parse", "--show-toplevel").strip())


def resolve(directory: Path, ref: str) -> tuple[str, str, str, float]:
    """Return (hash, subject, author, time in seconds since the epoch) of a commit's name."""
    full = _answered(
        directory, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
    )
    if full is None:
        raise _no_commit(directory, ref)
    shown = _git(
        directory, "log", "-1", "--no-show-signature", "--format=%H%n%s%n%an%n%ct", full.strip()
    )
    commit, subject, author, at = shown.splitlines()[:4]
    return commit, subject, author, float(at)


def _no_commit(directory: Path, ref: str) -> Problem:
    try:
        _git(directory, "rev-parse", "--verify", "--quiet", "HEAD")
    except Problem:
        return Problem(
            "no-commit",
            f"the repository in {directory} has no commit yet; Shipway deploys commits.",
            hints=["git add -A && git commit -m 'first version'"],
        )
    return Problem(
        "no-commit",
        f"{ref} is no commit of the repository in {directory}.",
        hints=["git log --oneline -5", "git fetch, where it is on the remote only"],
    )


def is_dirty(directory: Path) -> bool:
    """Return whether the working tree differs from its commit."""
    return bool(_git(directory, "status", "--porcelain", "--untracked-files=no").strip())


def is_changed(directory: Path, path: str) -> bool:
    """Return whether a file differs from what was committed last."""
    return bool(_git(directory, "status", "--porcelain", "--", path).strip())


def last_change(directory: Path, path: str) -> tuple[str, float] | None:
    """Return (hash, seconds since the epoch) of a file's newest commit, None without one."""
    shown = _git(directory, "log", "-1", "--no-show-signature", "--format=%H %ct", "--", path)
    commit, _, at = shown.strip().partition(" ")
    return (commit, float(at)) if at else None


def changed_files(directory: Path, old: str, new: str) -> list[str]:
    """Return the paths that differ between two commits, relative to `directory`."""
    return _git(
        directory, "diff", "--name-only", "--no-ext-diff", "--relative", old, new, "--"
    ).splitlines()


def submodules(directory: Path, commit: str) -> list[str]:
    """Return the paths of a commit's submodules, from the repository's root."""
    told = _git(directory, "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit)
    return [line.partition("\t")[2] for line in told.split("\0") if line.startswith("160000 ")]


def commits_between(directory: Path, old: str, new: str, limit: int = 30) -> list[str]:
    """Return one line (short hash and subject) for each commit in new that is not in old."""
    return _git(
        directory, "log", "--oneline", "--no-decorate", f"-{limit}", f"{old}..{new}", "--", "."
    ).splitlines()


def _unpack(archive: Path, tree: Path) -> None:
    """Unpack an archive of git's own: its paths are relative and lead through no link."""
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "tar_filter"):
            tar.extractall(tree, filter="tar")
        else:  # Debian 12's Python 3.11.2 has no filters yet
            tar.extractall(tree)  # noqa: S202 - see above


def export(directory: Path, commit: str, target: Path) -> Path:
    """Ensure that `target` holds the commit's tree; return the part that is `directory`.

    Unpacked beside and renamed, so that a target that exists is whole.
    """
    top = top_level(directory)
    below = directory.resolve().relative_to(top.resolve())
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".export-", dir=target.parent))
        try:
            archive = beside / "tree.tar"
            _git(top, "archive", "--format=tar", f"--output={archive}", commit)
            tree = beside / "tree"
            _unpack(archive, tree)
            try:
                tree.rename(target)
            except OSError:
                if not target.exists():
                    raise
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return target / below


def current_branch(directory: Path) -> str | None:
    """Return the branch that is checked out, None where none is."""
    name = _answered(directory, "symbolic-ref", "--quiet", "--short", "HEAD")
    return None if name is None else name.strip()


def fetch(directory: Path) -> None:
    """Ask the repository's remote for what is new; the working tree stays as it is.

    Raises Problem `fetch-failed`.
    """
    try:
        _git(directory, "fetch", "--quiet")
    except Problem as problem:
        if problem.kind != "git-failed":
            raise
        raise Problem(
            "fetch-failed",
            f"the repository in {directory} could not fetch from its remote. Nothing was changed.",
            details=problem.details,
            hints=[
                f"git -C {directory} fetch, as the user that runs Shipway",
                "git remote -v, which says where it asks; a deploy key lets it read",
            ],
        ) from None


def remote_name(directory: Path, ref: str) -> str:
    """Return what a name means at the remote: HEAD its upstream, a branch the remote's own.

    Raises Problem `no-branch`, `no-upstream`.
    """
    if ref == "HEAD":
        return _upstream(directory)
    remote = f"refs/remotes/origin/{ref}"
    known = _answered(directory, "rev-parse", "--verify", "--quiet", remote) is not None
    return remote if known else ref


def _upstream(directory: Path) -> str:
    """Return the name of what the branch that is checked out follows."""
    branch = current_branch(directory)
    if branch is None:
        raise Problem(
            "no-branch",
            f"no branch is checked out in {directory}, so HEAD is none of the remote's. "
            "Nothing was changed.",
            hints=[
                "shipway deploy --fetch --ref BRANCH",
                f"git -C {directory} switch BRANCH",
            ],
        )
    if _answered(directory, "rev-parse", "--verify", "--quiet", "@{upstream}") is None:
        raise Problem(
            "no-upstream",
            f"the branch {branch} of {directory} follows none of the remote's. "
            "Nothing was changed.",
            hints=[
                f"shipway deploy --fetch --ref {branch}",
                f"git -C {directory} branch --set-upstream-to origin/{branch}",
            ],
        )
    return "@{upstream}"


def remote_url(directory: Path) -> str | None:
    """Return where the repository came from, without credentials; None where nobody knows."""
    try:
        told = _git(directory, "remote", "get-url", "origin").strip()
    except (Problem, OSError):
        return None
    scheme, mark, rest = told.partition("://")
    if not mark:
        return told or None  # git@host:path holds no password
    user, at, host = rest.rpartition("@")
    login = user.partition(":")[0]
    kept = f"{login}@" if at and scheme == "ssh" else ""
    return f"{scheme}://{kept}{host}"
