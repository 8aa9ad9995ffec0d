"""Runs a container to its end: migrations, seeds, `shipway run`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shipway.engines.docker.containers import Containers
from shipway.engines.docker.streams import frames, lines, ticking
from shipway.engines.docker.transport import Stream, Transport
from shipway.errors import Problem
from shipway.ports import Cancelled, Output

_TAIL = 20
_EXIT_LIMIT_S = 30.0


def run_to_end(
    transport: Transport,
    containers: Containers,
    container: str,
    *,
    name: str,
    start: Callable[[], None],
    tty: bool,
    deadline_s: float,
    output: Output,
    cancelled: Cancelled,
) -> int:
    """Start a created container by `start`, pass its output on, and return its exit code.

    Its end is certain: past the deadline, or cancelled, it is stopped.  The caller removes
    it.  Raises Problem `deadline`, `cancelled`, `start-failed`.
    """
    until = time.monotonic() + deadline_s
    tail: list[str] = []
    with _attached(transport, container) as stream:
        start()
        source = (text for _, text in lines(frames(stream.chunks(), tty=tty)))
        told = ticking(source, stream.close)
        with contextlib.closing(told):
            for line in told:
                if line is not None:
                    output(line)
                    tail = [*tail[1 - _TAIL :], line]
                if time.monotonic() > until:
                    containers.stop([container])
                    raise _ended("deadline", name, f"did not end within {deadline_s:g} s", tail)
                if cancelled():
                    containers.stop([container])
                    raise _ended("cancelled", name, "was cancelled", tail)
    return _exit_code(transport, container, max(until - time.monotonic(), _EXIT_LIMIT_S))


@contextmanager
def _attached(transport: Transport, container: str) -> Iterator[Stream]:
    query = {"stream": True, "stdout": True, "stderr": True}
    with transport.stream("POST", f"/containers/{container}/attach", query=query) as stream:
        yield stream


def _exit_code(transport: Transport, container: str, limit_s: float) -> int:
    reply = transport.call("POST", f"/containers/{container}/wait", limit_s=limit_s)
    return int(reply.json()["StatusCode"])


def _ended(kind: str, name: str, what: str, tail: list[str]) -> Problem:
    return Problem(
        kind,
        f"{name} {what} and was stopped.",
        hints=["give it more time, or find out what it waits for"],
        details=tail,
    )
