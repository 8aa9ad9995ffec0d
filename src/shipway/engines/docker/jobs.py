"""Runs a container to its end: migrations, seeds, `shipway run`."""

from __future__ import annotations

import contextlib
import json
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

    Its end is certain: past the deadline, or cancelled, it is stopped.  The engine removes it
    when it has ended.  Raises Problem `deadline`, `cancelled`, `start-failed`.
    """
    until = time.monotonic() + deadline_s
    tail: list[str] = []
    with _attached(transport, container) as stream, _awaited(transport, container) as end:
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
        return _exit_code(end, name, max(until - time.monotonic(), _EXIT_LIMIT_S))


@contextmanager
def _attached(transport: Transport, container: str) -> Iterator[Stream]:
    query = {"stream": True, "stdout": True, "stderr": True}
    with transport.stream("POST", f"/containers/{container}/attach", query=query) as stream:
        yield stream


@contextmanager
def _awaited(transport: Transport, container: str) -> Iterator[Stream]:
    """Open the answer that comes when the container ends; asked before it starts.

    Afterwards there may be no container left to ask about: the engine removes it by itself.
    """
    query = {"condition": "next-exit"}
    with transport.stream("POST", f"/containers/{container}/wait", query=query) as stream:
        yield stream


def _exit_code(end: Stream, name: str, limit_s: float) -> int:
    until = time.monotonic() + limit_s
    said = b""
    with contextlib.closing(ticking(end.chunks(), end.close)) as pieces:
        for piece in pieces:
            said += piece or b""
            if time.monotonic() > until:
                break
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return int(json.loads(said)["StatusCode"])
    raise Problem(
        "engine-unavailable",
        f"The Docker Engine did not say how {name} ended.",
        hints=["journalctl -u docker --since '5 min ago'"],
    )


def _ended(kind: str, name: str, what: str, tail: list[str]) -> Problem:
    return Problem(
        kind,
        f"{name} {what} and was stopped.",
        hints=["give it more time, or find out what it waits for"],
        details=tail,
    )
