"""What restic is told: arguments and variables, as values.  Pure.

No secret stands among the arguments: the key is in a file that a variable names, a store's
credentials are variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from shipway.repositories.places import BucketPlace, Place

HOST = "shipway"
NO_LOCK = "--no-lock"
"""For what only reads: the lock that a lost machine left must not keep its data back."""

MEMORY_PERCENT = "20"  # Go's collector at a fifth of its usual slack: 110 MB became 70


def variables(place: Place, *, key_file: Path, cache: Path, temporary: Path) -> dict[str, str]:
    """Return restic's own variables for a repository."""
    found = {
        "RESTIC_REPOSITORY": place.where,
        "RESTIC_PASSWORD_FILE": str(key_file),
        "RESTIC_CACHE_DIR": str(cache),
        "RESTIC_PROGRESS_FPS": "1",
        "TMPDIR": str(temporary),
        "GOGC": MEMORY_PERCENT,
        "GOMAXPROCS": "2",
    }
    if isinstance(place, BucketPlace):
        found |= {
            "AWS_ACCESS_KEY_ID": place.key,
            "AWS_SECRET_ACCESS_KEY": place.secret,
            "AWS_DEFAULT_REGION": place.region,
        }
    return found


def init() -> list[str]:
    """Return the arguments that make a repository."""
    return ["init", "--repository-version", "2"]


def backup(tree: Path, tags: Mapping[str, str], exclude: Iterable[str]) -> list[str]:
    """Return the arguments that keep the content of the current directory.

    tree: that directory; exclude: paths below it, left out whole.
    """
    argv = ["backup", "--json", "--host", HOST, "--ignore-inode", "--one-file-system"]
    for tag in tag_words(tags):
        argv += ["--tag", tag]
    for path in exclude:
        argv += ["--exclude", _pattern(f"{tree}/{path}")]
    return [*argv, "."]


def snapshots(tags: Mapping[str, str]) -> list[str]:
    """Return the arguments that list the snapshots that carry all the tags."""
    wanted = ["--tag", ",".join(tag_words(tags))] if tags else []
    return ["snapshots", "--json", NO_LOCK, *wanted]


def restore(snapshot: str, target: Path) -> list[str]:
    """Return the arguments that write a snapshot's content into a directory."""
    return ["restore", NO_LOCK, snapshot, "--target", str(target)]


def forget(snapshots: Sequence[str]) -> list[str]:
    """Return the arguments that forget snapshots and what only they held."""
    return ["forget", "--prune", "--quiet", *snapshots]


def check(percent: int) -> list[str]:
    """Return the arguments that check the repository; percent of its data is read back."""
    return ["check", *([f"--read-data-subset={percent}%"] if percent else [])]


def unlock() -> list[str]:
    """Return the arguments that remove locks of processes that are no more."""
    return ["unlock", "--quiet"]


def tag_words(tags: Mapping[str, str]) -> list[str]:
    """Return tags as restic has them: `name=value`, with nothing that restic would split."""
    return [
        f"{name}={quote(value, safe=' :@/+', errors='surrogateescape')}"
        for name, value in sorted(tags.items())
    ]


def read_tags(words: Iterable[str]) -> dict[str, str]:
    """Return the tags of `tag_words`."""
    pairs = (word.partition("=") for word in words)
    return {name: unquote(value, errors="surrogateescape") for name, mark, value in pairs if mark}


def _pattern(path: str) -> str:
    """Return a path as a pattern that means just this path."""
    return "".join(f"\\{letter}" if letter in "\\*?[" else letter for letter in path)
