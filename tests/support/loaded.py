"""A daemon from a process in which its program is loaded already: a fork instead of a second.

The parent imports what `python -m shipway.daemon` imports and forks for each daemon, which
then runs the same `main` with an environment of its own.  What `main` imports late is
imported late here too; `python -m shipway.daemon` itself is what the command line starts,
in its own tests.  One parent a test process; it ends with that.  Invariant: a daemon
that has ended is reaped only when its `Daemon` asks, so its pid is nobody else's till then.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

LOADING_S = 60.0


class Daemon:
    """A running daemon; of `subprocess.Popen` what tests need."""

    def __init__(self, parent: Parent, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._parent = parent
        self._ended = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Return its exit code, negative where a signal ended it; None while it runs."""
        return self._look(0.0)

    def wait(self, timeout: float) -> int:
        """Return its exit code.  Raises subprocess.TimeoutExpired."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("shipway.daemon", timeout)
        return code

    def _look(self, seconds: float) -> int | None:
        if self.returncode is None:
            poller = select.poll()
            poller.register(self._ended, select.POLLIN)
            if poller.poll(seconds * 1000):
                self.returncode = int(self._parent.ask(reap=self.pid))
                os.close(self._ended)
        return self.returncode

    def kill(self) -> None:
        """End it as a power cut would."""
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Tell it to end in order."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._ended, number)


class Parent:
    """The process that forks daemons."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        atexit.register(self.end)

    def ask(self, **what: Any) -> Any:
        """Send a request and return its answer."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with self._guard:
            print(json.dumps(what), file=stdin, flush=True)
            assert select.select([stdout], [], [], LOADING_S)[0], "the daemon's program loads"
            return json.loads(stdout.readline())

    def end(self) -> None:
        """Let it go."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait(10)


@cache
def _parent() -> Parent:
    return Parent()


def start_daemon(environment: Mapping[str, str]) -> Daemon:
    """Start a daemon with exactly these variables."""
    parent = _parent()
    return Daemon(parent, int(parent.ask(environment=dict(environment))))


def _serve() -> int:
    """Fork, and reap, as asked, and end with who asks; in a fork: be the daemon."""
    from shipway.daemon.memory import build_models_late

    build_models_late()
    from shipway.daemon.main import main

    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    for asked in _requests(requests):
        if "reap" in asked:
            answer = os.waitstatus_to_exitcode(os.waitpid(asked["reap"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                os.close(requests)
                os.close(answers)
                os.setsid()
                os.environ.clear()
                os.environ.update(asked["environment"])
                time.tzset()
                return main()
        os.write(answers, f"{answer}\n".encode())
    return 0


def _requests(descriptor: int) -> Iterator[dict[str, Any]]:
    """Yield each line's request.  No file object: its fork would close what is another's."""
    rest = b""
    while chunk := os.read(descriptor, 65536):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(json.loads, lines)


if __name__ == "__main__":
    sys.exit(_serve())
