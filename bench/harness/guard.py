"""One benchmark at a time, and an orderly end whoever asks for it."""

from __future__ import annotations

import fcntl
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from bench.harness.machine import ROOT


@contextmanager
def alone() -> Iterator[None]:
    """Hold the checkout's lock of benchmarks; SIGTERM ends a run as Ctrl-C does."""
    lock = ROOT / ".dev" / "bench.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit("bench: another benchmark runs in this checkout; two would measure each other")
        signal.signal(signal.SIGTERM, _interrupt)
        yield


@contextmanager
def workspace() -> Iterator[Path]:
    """Yield a directory that is removed at the end; its owner alone may look into it."""
    with tempfile.TemporaryDirectory(prefix="shipway-bench-", ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o711)  # PostgreSQL runs as another user below it
        yield path


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let nothing interrupt what is being taken down."""
    before = {
        number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
