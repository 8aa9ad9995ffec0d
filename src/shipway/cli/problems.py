"""How a Problem is shown: to a person in colours, to a program as JSON; and exit codes."""

from __future__ import annotations

import errno
import shlex
import sys
from pathlib import Path

from shipway.cli.console import Console, Paint, paint_for
from shipway.cli.text import harmless
from shipway.errors import Problem

FAILED = 1
USAGE = 2
UNEXPECTED = 70
INTERRUPTED = 130
PIPE_CLOSED = 141

USERS_FAULTS = frozenset(
    [
        *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT),
        *(errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP),
    ]
)
"""What a user's path can be wrong in."""

USAGE_KINDS = frozenset({"usage", "needs-yes", "unknown-environment"})


def exit_code(problem: Problem) -> int:
    """Return 2 where the command line was wrong, else 1."""
    return USAGE if problem.kind in USAGE_KINDS else FAILED


def file_problem(error: OSError) -> Problem:
    """Return what a file or a directory of the user's does not allow.

    Raises the error itself where it names no file, or is of another kind: a defect.
    """
    if error.filename is None or error.errno not in USERS_FAULTS:
        raise error
    return Problem("file-refused", f"{error.filename}: {error.strerror}.", hints=_mending(error))


def _mending(error: OSError) -> list[str]:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ["df -h"]
    return [f"ls -ld {shlex.quote(str(Path(str(error.filename)).parent))}"]


def problem_lines(problem: Problem, paint: Paint) -> list[str]:
    """Return the lines for a person: message, evidence, what to type next."""
    first, *rest = harmless_lines(problem.message)
    place = f"{problem.source}: " if problem.source else ""
    lines = [f"{paint.red('Error')}  {place}{first}", *(f"       {line}" for line in rest)]
    lines += [paint.dim(f"  | {line}") for text in problem.details for line in harmless_lines(text)]
    lines += [f"{paint.yellow('Hint')}   {hint}" for hint in problem.hints]
    return lines


def harmless_lines(text: str) -> list[str]:
    """Return the lines of a text of unknown origin, fit for a terminal."""
    return [harmless(line) for line in text.splitlines()] or [""]


def show_problem(problem: Problem, console: Console) -> None:
    """Tell the problem: on stderr, or with `--json` on stdout as `{"problem": …}`."""
    if console.json:
        console.emit({"problem": problem.as_dict()})
    else:
        sys.stdout.flush()
        print(*problem_lines(problem, paint_for(sys.stderr)), sep="\n", file=sys.stderr, flush=True)
