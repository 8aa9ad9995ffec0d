"""How a Problem is shown: to a person in colours, to a program as JSON; and exit codes."""

from __future__ import annotations

import sys

from shipway.cli.console import Console, Paint, paint_for
from shipway.cli.text import harmless
from shipway.errors import Problem

FAILED = 1
USAGE = 2
UNEXPECTED = 70
INTERRUPTED = 130
PIPE_CLOSED = 141

USAGE_KINDS = frozenset({"usage", "needs-yes"})


def exit_code(problem: Problem) -> int:
    """Return 2 where the command line was wrong, else 1."""
    return USAGE if problem.kind in USAGE_KINDS else FAILED


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
