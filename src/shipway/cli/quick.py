"""`shipway status` without the library that reads command lines: it is typed most of all.

That library, and what it imports in turn, takes as long as all the rest of the command.  So the
plain ways to type it are answered here, where a daemon of this version runs and answers.
Invariant: in every other case nothing was said or done, and the command line proper begins anew.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FLAGS = {"-a": "everything", "--all": "everything", "--json": "json"}
START = ("-C", "--project-directory")


class Typed(NamedTuple):
    """What was typed: the directory to look from, and the flags."""

    start: Path | None
    flags: frozenset[str]


def quick(words: Sequence[str]) -> int | None:
    """Return the exit code of a command that was answered; None where none was."""
    typed = plain(words)
    if typed is None or os.environ.get("SHIPWAY_URL") or os.environ.get("_SHIPWAY_COMPLETE"):
        return None
    from shipway.api.client import DaemonGone
    from shipway.cli.connection import ask_status
    from shipway.cli.console import Console, forgive_letters
    from shipway.cli.status_page import show
    from shipway.errors import Problem

    try:
        answer = ask_status(quick=True)
    except (DaemonGone, Problem):
        return None
    if answer is None:
        return None
    forgive_letters()
    console = Console(json="json" in typed.flags)
    show(answer, console, start=typed.start, everything="everything" in typed.flags)
    return 0


def plain(words: Sequence[str]) -> Typed | None:
    """Return what was typed where it is `status` in a plain way, else None.  Pure but for `-C`."""
    rest, start = list(words), None
    if len(rest) > 1 and rest[0] in START:
        start = Path(rest[1])
        del rest[:2]
    if not rest or rest.pop(0) != "status" or any(word not in FLAGS for word in rest):
        return None
    if start is not None and not start.is_dir():
        return None
    return Typed(start, frozenset(FLAGS[word] for word in rest))
