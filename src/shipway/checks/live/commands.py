"""What a command inside an instance says: the first of it is kept, within a deadline."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

OUTPUT_BYTES_MAX = 200_000
CHUNK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command's end; code None: it did not end in time, or could not begin."""

    code: int | None
    text: str


def said(command: Sequence[str], deadline_s: float) -> Done:
    """Run a command to its end, or until the deadline; what it says beyond the limit is dropped."""
    late = threading.Event()
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        return Done(code=None, text=type(error).__name__)

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(deadline_s, end)
    timer.start()
    try:
        with process:
            kept = _beginning(process.stdout)
    finally:
        timer.cancel()
    if late.is_set():
        return Done(code=None, text="TimeoutExpired")
    return Done(code=process.returncode, text=kept.decode("utf-8", "replace"))


def _beginning(stream: IO[bytes] | None) -> bytes:
    """Read to the end, keep the beginning."""
    if stream is None:
        return b""
    kept = stream.read(OUTPUT_BYTES_MAX)
    while stream.read(CHUNK):
        pass
    return kept
