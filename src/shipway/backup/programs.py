"""Runs a program inside an instance: bytes in, bytes out, always with a deadline."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from shipway.errors import Problem

LINES_SHOWN = 6


def feed(
    argv: Sequence[str],
    *,
    what: str,
    deadline_s: float,
    given: bytes | IO[bytes] = b"",
    target: Path | None = None,
) -> str:
    """Run a program to its end; return its stdout, unless `target` takes it.

    given: its stdin, as bytes or as a file.  Raises Problem `tool-failed`, `deadline`.
    """
    try:
        with contextlib.ExitStack() as stack:
            stdin = stack.enter_context(_as_file(given))
            out = stack.enter_context(target.open("wb")) if target is not None else None
            done = subprocess.run(
                list(argv),
                stdin=stdin,
                stdout=out or subprocess.PIPE,
                stderr=subprocess.PIPE,
                timeout=deadline_s,
                check=False,
                start_new_session=True,
            )
            if out is not None:
                os.fsync(out.fileno())
    except subprocess.TimeoutExpired as error:
        raise Problem("deadline", f"{what} has not ended within {deadline_s:g} s.") from error
    except OSError as error:
        raise Problem("tool-failed", f"{what} cannot be run: {error.strerror}.") from error
    told = (done.stdout or b"").decode(errors="replace")
    if done.returncode != 0:
        lines = (done.stderr.decode(errors="replace") + told).strip().splitlines()
        raise Problem(
            "tool-failed",
            f"{what} failed (exit code {done.returncode}).",
            details=lines[-LINES_SHOWN:],
        )
    return told


@contextlib.contextmanager
def _as_file(given: bytes | IO[bytes]) -> Iterator[IO[bytes]]:
    if not isinstance(given, bytes):
        yield given
        return
    with tempfile.TemporaryFile() as stream:  # no name: nobody else finds what is in it
        stream.write(given)
        stream.seek(0)
        yield stream
