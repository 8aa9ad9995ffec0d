"""Follows a job to its end: output, deadline, cancellation."""

from __future__ import annotations

import os
import time

from shipway.engines.process.layout import Place
from shipway.engines.process.logs import Follower, parse
from shipway.engines.process.supervise import end, read_state
from shipway.engines.process.waiting import readable
from shipway.errors import Problem
from shipway.model.workload import Workload
from shipway.ports import Cancelled, Output

TICK_S = 0.05


def follow(
    place: Place,
    workload: Workload,
    *,
    deadline_s: float,
    output: Output,
    cancelled: Cancelled,
) -> int:
    """Pass a running job's lines on; return its exit code.

    Raises Problem `deadline`, `cancelled`; the job has ended then.
    """
    follower = Follower(place)
    until = time.monotonic() + deadline_s
    shim = _pidfd(place)
    try:
        while not _ended(shim):
            _pass_on(follower, output)
            if cancelled():
                raise _stopped(place, "cancelled", f"{workload.service} was cancelled.")
            if time.monotonic() > until:
                text = f"{workload.service} did not end within {deadline_s:g} s."
                raise _stopped(place, "deadline", text)
        _pass_on(follower, output)
    finally:
        follower.close()
        if shim is not None:
            os.close(shim)
    state = read_state(place)
    return 137 if state is None or state.exit_code is None else state.exit_code


def _pidfd(place: Place) -> int | None:
    state = read_state(place)
    if state is None or not state.alive:
        return None
    try:
        descriptor = os.pidfd_open(state.shim)
    except ProcessLookupError:
        return None
    again = read_state(place)
    if again is not None and again.alive:
        return descriptor
    os.close(descriptor)
    return None


def _ended(shim: int | None) -> bool:
    return shim is None or readable(shim, TICK_S)


def _pass_on(follower: Follower, output: Output) -> None:
    for raw in follower.lines():
        if line := parse(raw, ""):
            output(line.text)


def _stopped(place: Place, kind: str, text: str) -> Problem:
    end([place])
    return Problem(kind, text, hints=["shipway logs"])
