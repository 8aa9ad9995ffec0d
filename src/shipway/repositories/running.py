"""Runs one program to its end: with a deadline, a watch over it, and never past its parent.

A child that retries for ever is ended; so is one whose daemon was killed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shipway.rights import lent
from shipway.tools import BEHIND

TICK_S = 0.2
END_S = 10.0
LINES_KEPT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How it ended.  ended_by: why it was ended before its time, None where it was not."""

    code: int
    stdout: str
    stderr: str
    ended_by: str | None = None


Watch = Callable[[Sequence[str]], str | None]
"""Looks at the last lines of stderr several times a second; answers why to end, or None."""


def run(
    argv: Sequence[str],
    *,
    variables: Mapping[str, str],
    directory: Path,
    deadline_s: float,
    watch: Watch = lambda _lines: None,
    line: Callable[[str], None] | None = None,
    error_line: Callable[[str], None] | None = None,
    gently: bool = False,
) -> Done:
    """Run a program; `line` takes each line of its stdout, which is not gathered then.

    error_line: takes each line of its stderr, of which the last are kept in any case.
    gently: it goes behind what serves.
    """
    with lent():  # it reads and writes what belongs to the applications
        child = subprocess.Popen(
            [*_bound_to_parent(), *(BEHIND if gently else ()), *argv],
            env={**_inherited(), **variables},
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    gathered: deque[str] = deque(maxlen=None if line is None else LINES_KEPT)
    errors: deque[str] = deque(maxlen=LINES_KEPT)
    readers = [
        threading.Thread(target=_read, args=(child.stdout, gathered, line), daemon=True),
        threading.Thread(target=_read, args=(child.stderr, errors, error_line), daemon=True),
    ]
    try:
        for reader in readers:
            reader.start()
        why = _attend(child, deadline_s, watch, errors)
    finally:
        _end(child)
        for reader in readers:
            reader.join(END_S)
        for stream in (child.stdout, child.stderr):
            if stream is not None:
                stream.close()
    return Done(
        code=child.returncode, stdout="".join(gathered), stderr="".join(errors), ended_by=why
    )


def _attend(
    child: subprocess.Popen[str], deadline_s: float, watch: Watch, errors: deque[str]
) -> str | None:
    until = time.monotonic() + deadline_s
    while True:
        try:
            child.wait(TICK_S)
        except subprocess.TimeoutExpired:
            why = watch(tuple(errors))
            if why is None and time.monotonic() > until:
                why = "deadline"
            if why is not None:
                return why
        else:
            return None


def _end(child: subprocess.Popen[str]) -> None:
    """Ensure that it has ended: kindly first, so that it takes its lock away."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(END_S)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait(END_S)


def _read(stream: object, kept: deque[str], line: Callable[[str], None] | None) -> None:
    with contextlib.suppress(ValueError, OSError):
        for text in stream:  # type: ignore[attr-defined]
            kept.append(text)
            if line is not None:
                line(text)


def _bound_to_parent() -> list[str]:
    """Return what makes the program end when the thread that started it does."""
    setpriv = shutil.which("setpriv", path="/usr/bin:/bin")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _inherited() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "NO_PROXY")
    return {name: os.environ[name] for name in kept if name in os.environ}
