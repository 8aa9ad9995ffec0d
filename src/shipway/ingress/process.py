"""Starts, reloads, adopts and ends HAProxy.

A master process with workers, in a session of its own: it outlives whoever started it.
Who answers on the master's socket in our own directory is our proxy; the kernel names
its pid.  Nothing about it is remembered, so any later daemon adopts it by asking.

A worker that dies takes the master with it, and the other way round (measured: within
half a second), so the master's answer is a sign of life of both.
"""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shipway.errors import Problem
from shipway.files import replace_file
from shipway.ingress.control import MASTER_SOCKET, Unreachable, ask_master, master_pid
from shipway.ports import Clock

OLDEST = (2, 6)
"""The first version whose servers can be added and deleted at run time without caveats."""

CONFIG = "haproxy.cfg"
CANDIDATE = "candidate.cfg"
LOG = "haproxy.log"
PID_FILE = "haproxy.pid"
LOG_BYTES_MAX = 1_000_000
CHECK_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0
POLL_S = 0.01


def serve_argv(binary: Path) -> list[str]:
    """Return the command that serves in the foreground, run inside the directory."""
    socket = f"unix@{MASTER_SOCKET},mode,600"
    return [str(binary), "-W", "-S", socket, "-p", PID_FILE, "-f", CONFIG]


def check_argv(binary: Path, name: str) -> list[str]:
    """Return the command that only reads a configuration, run inside the directory."""
    return [str(binary), "-c", "-f", name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a haproxy program says of itself."""

    version: tuple[int, int]
    prometheus: bool


def parse_features(text: str) -> Features | None:
    """Read `haproxy -vv`; None where it is no such answer."""
    version = re.search(r"^HA-?Proxy version (\d+)\.(\d+)", text, re.MULTILINE)
    if version is None:
        return None
    return Features(
        version=(int(version[1]), int(version[2])), prometheus="prometheus-exporter" in text
    )


class HAProxyProcess:
    """The proxy's process in `directory`; not safe for several threads at a time."""

    def __init__(
        self, directory: Path, binary: Path, clock: Clock, *, supervised: bool = False
    ) -> None:
        self.directory = directory
        self._supervised = supervised
        self._binary = binary
        self._clock = clock

    def features(self) -> Features:
        """Return what the program can do.  Raises Problem `ingress-unavailable`."""
        found = parse_features(self._run([str(self._binary), "-vv"]).stdout)
        if found is None or found.version < OLDEST:
            raise self.unavailable("it is not a HAProxy of version 2.6 or later")
        return found

    def check(self, text: str) -> None:
        """Have HAProxy read `text`.  Raises Problem `ingress-refused`, `…-unavailable`."""
        replace_file(self.directory / CANDIDATE, text, mode=0o600)
        done = self._run(check_argv(self._binary, CANDIDATE))
        (self.directory / CANDIDATE).unlink()
        if done.returncode != 0:
            raise refused("HAProxy does not accept the configuration", done.stderr.splitlines())

    def start(self) -> subprocess.Popen[bytes] | None:
        """Start the proxy on the configuration in place; returns at once.

        None where the service manager does that, as the configuration was written.
        """
        self.bound_log()
        if self._supervised:
            return None
        try:
            with (self.directory / LOG).open("ab") as log:
                process = subprocess.Popen(
                    serve_argv(self._binary),
                    cwd=self.directory,
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            raise self.unavailable(str(error)) from error
        # Somebody has to take its exit code for as long as we are its parent.
        threading.Thread(target=process.wait, name="haproxy-reaper", daemon=True).start()
        return process

    def reload(self) -> None:
        """Tell the master to read the configuration in place.  Raises Unreachable."""
        ask_master(self.directory, "reload")

    def stop(self) -> None:
        """Ensure that the proxy has ended, connections cut."""
        pid = master_pid(self.directory)
        if pid is None:
            return
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        try:
            for number in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(descriptor, number)
                if select.select([descriptor], [], [], STOP_TIMEOUT_S)[0]:
                    return
        finally:
            os.close(descriptor)
        raise self.unavailable(f"it does not end (pid {pid})")

    def leftovers(self) -> frozenset[int]:
        """Return processes of this proxy by their directory: workers of a dead master."""
        found = set()
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                if (process / "comm").read_text().strip() != self._binary.name:
                    continue
                if (process / "cwd").samefile(self.directory):
                    found.add(int(process.name))
            except OSError:
                continue
        return frozenset(found)

    def wait_until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Ask `done` again and again for up to `seconds`; return its last answer.

        A control socket that does not answer counts as not done.
        """
        end = self._clock.monotonic() + seconds
        while True:
            with suppress(Unreachable):
                if done():
                    return True
            if self._clock.monotonic() >= end:
                return False
            self._clock.sleep(POLL_S)

    def log_size(self) -> int:
        """Return how long the proxy's log is, in bytes."""
        try:
            return (self.directory / LOG).stat().st_size
        except FileNotFoundError:
            return 0

    def log_tail(self, since: int) -> list[str]:
        """Return what HAProxy complained of since the log was `since` bytes long."""
        try:
            with (self.directory / LOG).open("rb") as log:
                log.seek(since)
                lines = log.read(100_000).decode(errors="replace").splitlines()
        except FileNotFoundError:
            return []
        return [line for line in lines if line.startswith(("[ALERT]", "[WARNING]"))][-10:]

    def bound_log(self) -> None:
        """Keep the log below two times LOG_BYTES_MAX: the file and its predecessor.

        Copied and cut: the running proxy appends to the same open file.
        """
        path = self.directory / LOG
        if self.log_size() < LOG_BYTES_MAX:
            return
        with path.open("rb") as log:
            log.seek(-LOG_BYTES_MAX, os.SEEK_END)
            replace_file(path.with_suffix(".log.1"), log.read(LOG_BYTES_MAX), mode=0o600)
        os.truncate(path, 0)

    def _run(self, argv: list[str]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                argv,
                cwd=self.directory,
                env=_environment(),
                capture_output=True,
                stdin=subprocess.DEVNULL,
                text=True,
                errors="replace",
                timeout=CHECK_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise self.unavailable(str(error)) from error

    def unavailable(self, why: str) -> Problem:
        """Return the Problem of a proxy that cannot be run or spoken to."""
        return Problem(
            "ingress-unavailable",
            f"HAProxy ({self._binary}) cannot be used: {why}.",
            hints=[
                f"{self._binary} -v  # it is there? else: sudo apt-get install haproxy",
                f"tail {self.directory / LOG}",
            ],
        )


def refused(what: str, details: Sequence[str]) -> Problem:
    """Return the Problem of a configuration that HAProxy did not take."""
    return Problem(
        "ingress-refused",
        f"{what}. The proxy keeps serving as before.",
        hints=["shipway check"],
        details=list(details)[-10:],
    )


def _environment() -> dict[str, str]:
    # Nothing of ours: NOTIFY_SOCKET and HAPROXY_* would change what it does.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
