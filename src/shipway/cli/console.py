"""Where the command line speaks: to a person, or as JSON to a program.

With `--json` stdout carries JSON lines only; whatever is meant for a person goes to stderr.
Colours and cursor movements are written to terminals only.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

from shipway.cli.text import folded
from shipway.errors import Problem

COLUMNS_WITHOUT_TERMINAL = 100
COLUMNS_MIN = 30


class Paint:
    """Colours, where they are wanted."""

    def __init__(self, *, wanted: bool) -> None:
        self.wanted = wanted

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.wanted and text else text

    def bold(self, text: str) -> str:
        """Return `text` in bold."""
        return self._wrap("1", text)

    def dim(self, text: str) -> str:
        """Return `text` faint."""
        return self._wrap("2", text)

    def red(self, text: str) -> str:
        """Return `text` in red: it failed."""
        return self._wrap("31", text)

    def green(self, text: str) -> str:
        """Return `text` in green: it is good."""
        return self._wrap("32", text)

    def yellow(self, text: str) -> str:
        """Return `text` in yellow: look here."""
        return self._wrap("33", text)

    def cyan(self, text: str) -> str:
        """Return `text` in cyan: something to type, or a name."""
        return self._wrap("36", text)

    def numbered(self, number: int, text: str) -> str:
        """Return `text` in one of six colours, by number: to tell instances apart."""
        return self._wrap(str((36, 33, 32, 35, 34, 96)[number % 6]), text)


def is_terminal(stream: TextIO) -> bool:
    """Return whether the cursor can be moved there."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def forgive_letters() -> None:
    """Have `?` written for a letter that the terminal cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def paint_for(stream: TextIO) -> Paint:
    """Return the colours for a stream: none for files, pipes, and where NO_COLOR is set."""
    return Paint(wanted=is_terminal(stream) and not os.environ.get("NO_COLOR"))


def unasked(*, json: bool) -> Problem:
    """Return what is said where a question has nobody to answer it: what was typed, and -y."""
    import shlex

    why = "--json asks nobody" if json else "nobody can be asked here"
    return Problem(
        "needs-yes",
        f"{why}, and -y was not given. Nothing was changed.",
        hints=[f"shipway {shlex.join(sys.argv[1:])} -y"],
    )


class Console:
    """How one command speaks.  `json` is set by the command's own `--json`."""

    def __init__(self, *, json: bool = False) -> None:
        self.json = json

    @property
    def stream(self) -> TextIO:
        """Return where words for a person go."""
        return sys.stderr if self.json else sys.stdout

    @property
    def paint(self) -> Paint:
        """Return the colours for a person's words."""
        return paint_for(self.stream)

    @property
    def live(self) -> bool:
        """Return whether a moving display may be shown."""
        return not self.json and is_terminal(sys.stdout)

    @property
    def columns(self) -> int:
        """Return the width of the terminal, or what COLUMNS says."""
        given = os.environ.get("COLUMNS", "")
        if given.isdigit() and int(given) > 0:
            return max(int(given), COLUMNS_MIN)
        try:
            return os.get_terminal_size(self.stream.fileno()).columns or COLUMNS_WITHOUT_TERMINAL
        except (OSError, ValueError):
            return COLUMNS_WITHOUT_TERMINAL

    def say(self, *lines: str) -> None:
        """Write lines for a person; on a terminal none is cut through a word at its edge."""
        if is_terminal(self.stream):  # what a program reads stays in one line
            lines = tuple(folded(part, self.columns) for text in lines for part in text.split("\n"))
        print(*lines, sep="\n", file=self.stream, flush=True)

    def note(self, text: str) -> None:
        """Write a remark beside the result, to stderr."""
        print(paint_for(sys.stderr).dim(text), file=sys.stderr, flush=True)

    def emit(self, value: Any) -> None:
        """Write one line of JSON to stdout."""
        print(json.dumps(value, ensure_ascii=False), flush=True)

    def confirm(self, question: str, *, yes: bool) -> bool:
        """Return whether the person agrees; `yes`: they did beforehand.

        Raises Problem `needs-yes`, which names what was typed, where nobody can be asked.
        """
        if yes:
            return True
        if self.json or not sys.stdin.isatty():
            raise unasked(json=self.json)
        import click

        from shipway.cli.asking import NOTHING_CHANGED, stoppable

        with stoppable(NOTHING_CHANGED):
            return click.confirm(question, default=False)
