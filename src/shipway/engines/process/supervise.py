"""The engine's side of the shims: launching, reading what they record, ending them.

A shim belongs to no daemon.  Whoever reads `state.json` can tell whether it lives, by pid,
start time and boot, and can end it; a pidfd makes sure that the signal reaches it and not
a process that got its number.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from shipway.engines.process.layout import Layout, Place
from shipway.engines.process.records import read_record
from shipway.engines.process.shim_program import compiled_shim
from shipway.engines.process.stateful import interpreter
from shipway.engines.process.waiting import readable
from shipway.errors import Problem

LAUNCH_S = 20.0
END_MARGIN_S = 5.0
KEPT_ALREADY = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a shim recorded, and whether it still lives (`alive`)."""

    state: str
    alive: bool
    shim: int
    pid: int
    started_at: float
    exit_code: int | None
    restarts: int
    health: str

    @property
    def lost(self) -> bool:
        """Whether the shim died without a last word: killed, or the machine went down."""
        return not self.alive and self.state != "exited"


@lru_cache
def boot_id() -> str:
    """Return the identity of this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def start_ticks(pid: int) -> int | None:
    """Return when a process began, None where it has ended (a zombie has)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - asked every second
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] == b"Z" else int(fields[19])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """What a shim wrote, as it reads while the shim lives, and when it does not any more."""

    boot: str
    shim_start: int
    living: State
    dead: State


def _recorded(found: dict[str, Any]) -> _Recorded:
    dead = State(
        state=found["state"],
        alive=False,
        shim=found["shim"],
        pid=found["pid"],
        started_at=found["started_at"],
        exit_code=found["exit_code"],
        restarts=found["restarts"],
        health=found["health"],
    )
    return _Recorded(
        boot=found["boot"],
        shim_start=found["shim_start"],
        living=replace(dead, alive=True),
        dead=dead,
    )


def read_state(place: Place) -> State | None:
    """Return what is known of an instance, None where it was never started."""
    found = read_record(place.state, _recorded)
    if found is None:
        return None
    alive = (
        found.dead.state != "exited"
        and found.boot == boot_id()
        and start_ticks(found.dead.shim) == found.shim_start
    )
    return found.living if alive else found.dead


def launch(layout: Layout, places: Sequence[Place]) -> None:
    """Start the shims of these places, all at once; return when their processes run.

    Raises Problem `start-failed`.
    """
    shim = compiled_shim(layout.root)
    started = []
    for place in places:
        with (place.path / "shim.err").open("wb") as errors:
            process = subprocess.Popen(
                [interpreter(), "-I", "-S", "-E", str(shim), str(place.path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd="/",
                env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
            )
        started.append((place, process))
    deadline = time.monotonic() + LAUNCH_S
    failed = []
    for place, process in started:
        if _wait(process, deadline) not in (0, KEPT_ALREADY):
            failed.append(place)
    if failed:
        raise _start_failed(failed[0])


def _wait(process: subprocess.Popen[bytes], deadline: float) -> int:
    """Return a launcher's exit code as soon as it ends (`Popen.wait` would sleep and ask)."""
    descriptor = os.pidfd_open(process.pid)
    try:
        if not readable(descriptor, deadline - time.monotonic()):
            process.kill()
    finally:
        os.close(descriptor)
    return process.wait()


def _start_failed(place: Place) -> Problem:
    lines: list[str] = []
    for path in (place.path / "shim.err", place.log):
        with contextlib.suppress(OSError):
            lines += path.read_text(errors="replace").splitlines()[-3:]
    return Problem(
        "start-failed",
        f"{place.id} cannot be started.",
        details=lines,
        hints=["check the service's command in the Compose file or the Dockerfile"],
    )


def end(places: Sequence[Place], *, grace_s: float | None = None) -> None:
    """Ensure that the instances have ended: all are told, then all are waited for.

    Each shim keeps its instance's own grace; grace_s (None: as recorded in the plans) only
    bounds how long the shims themselves are waited for.
    """
    waiting: dict[int, Place] = {}
    poller = select.poll()
    for place in places:
        state = read_state(place)
        if state is None:
            continue
        if not state.alive:
            if state.lost:
                sweep(place)
            continue
        try:
            descriptor = os.pidfd_open(state.shim)
        except ProcessLookupError:
            continue
        if (now := read_state(place)) is None or not now.alive:
            os.close(descriptor)
            continue
        signal.pidfd_send_signal(descriptor, signal.SIGTERM)
        waiting[descriptor] = place
        poller.register(descriptor, select.POLLIN)
    longest = max((_grace_s(place) for place in waiting.values()), default=0.0)
    bound = longest if grace_s is None else grace_s
    deadline = time.monotonic() + bound + END_MARGIN_S
    while waiting:
        left = deadline - time.monotonic()
        for descriptor, _ in poller.poll(max(0.0, left) * 1000):
            poller.unregister(descriptor)
            os.close(descriptor)
            del waiting[descriptor]
        if left <= 0:
            break
    for descriptor, place in waiting.items():
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        os.close(descriptor)
        sweep(place)


def _grace_s(place: Place) -> float:
    for field in place.plan.read_bytes().split(b"\0"):
        if field.startswith(b"grace_s="):
            return float(field.partition(b"=")[2])
    return 10.0


def sweep(place: Place) -> None:
    """Kill what a killed shim left behind: processes that carry the instance's mark."""
    mark = f"SHIPWAY_INSTANCE={place.path}\0".encode()
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            with open(f"/proc/{entry.name}/environ", "rb") as file:  # noqa: PTH123
                if mark not in file.read() + b"\0":
                    continue
            os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue
