"""Ctrl-C at a question or in a long wait: what is said then, before the command ends with 130."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

NOTHING_CHANGED = "Nothing was changed."
GOES_ON = "It goes on in the daemon."


@contextmanager
def stoppable(words: str) -> Iterator[None]:
    """Say `words` where Ctrl-C (or the end of the input) ends what is inside."""
    try:
        yield
    except (KeyboardInterrupt, click.exceptions.Abort):
        print(f"\n{words}", file=sys.stderr, flush=True)
        raise click.exceptions.Abort from None
