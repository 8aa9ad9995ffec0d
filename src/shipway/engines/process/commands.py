"""Runs a build's commands: output line by line, a deadline, and an end on request."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shipway.engines.process.waiting import readable
from shipway.errors import Problem
from shipway.ports import Cancelled, Output

TAIL_LINES = 30
TICK_S = 0.2


@dataclass(slots=True, kw_only=True)
class Runner:
    """The commands of one build; `deadline` is monotonic, `tail` what was printed last."""

    output: Output
    cancelled: Cancelled
    deadline: float
    subject: str
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL_LINES))

    def say(self, line: str) -> None:
        """Print one line and remember it for a failure's report."""
        self.tail.append(line)
        self.output(line)

    def run(self, argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> None:
        """Run a command to its end.

        Raises Problem `build-failed` with the last lines, `deadline`, `cancelled`.
        """
        try:
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise self.failed(f"{argv[0]} cannot be run: {error.strerror}") from error
        with process:
            try:
                self._follow(process)
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise
        if process.returncode:
            name = " ".join(str(word) for word in argv[:4])
            raise self.failed(f"{Path(name).name} ended with exit code {process.returncode}")

    def failed(self, reason: str) -> Problem:
        """Return the Problem of a build that failed for `reason`."""
        return Problem(
            "build-failed",
            f"{self.subject} cannot be built: {reason}.",
            hints=["correct it, commit, and run the same command again"],
            details=tuple(self.tail),
        )

    def check(self) -> None:
        """Raise Problem `deadline` or `cancelled` if it is time to."""
        if self.cancelled():
            raise Problem("cancelled", f"the build of {self.subject} was cancelled.")
        if time.monotonic() > self.deadline:
            raise Problem(
                "deadline",
                f"the build of {self.subject} did not end within its deadline.",
                details=tuple(self.tail),
            )

    def _follow(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101 - it is a pipe, see above
        descriptor, rest = process.stdout.fileno(), b""
        while True:
            self.check()
            if not readable(descriptor, TICK_S):
                continue
            chunk = os.read(descriptor, 65536)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines if chunk else [*lines, rest]:
                text = line.decode(errors="replace").rpartition("\r")[2].rstrip()
                if text:
                    self.say(text)
            if not chunk:
                return
