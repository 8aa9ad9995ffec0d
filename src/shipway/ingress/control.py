"""Speaks to HAProxy's two control sockets.

The master's socket lists the processes, reloads, and passes a command on to any worker,
old ones included.  The runtime socket is the newest worker's own; during a reload an old
worker may still answer there, so a session says which process it talks to.

Sockets are reached through the directory's descriptor: a unix socket's path may hold
107 bytes only, a home directory may be deeper.
"""

from __future__ import annotations

import os
import re
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MASTER_SOCKET = "master.sock"
ANSWER_TIMEOUT_S = 5.0
_PROMPT = b"\n> "
_AT_ONCE = 64
"""Commands sent before their answers are read: less than HAProxy's 16 kB buffer."""


class Unreachable(Exception):  # noqa: N818 - a state of the world, handled inside this package
    """Nobody answers on the control socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """What the master says: its own pid, the worker that serves, those that linger."""

    master: int
    version: str
    failed_reloads: int
    worker: int | None
    old_workers: tuple[int, ...]

    @property
    def pids(self) -> frozenset[int]:
        """Return all of them."""
        worker = () if self.worker is None else (self.worker,)
        return frozenset((self.master, *worker, *self.old_workers))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerInfo:
    """What a worker says of itself."""

    pid: int
    description: str
    stopping: bool


class Session:
    """One connection to a worker; its commands are answered by one process."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = b""
        connection.sendall(b"prompt\n")
        self._answer()

    def ask(self, commands: Sequence[str]) -> list[str]:
        """Send all commands, return their answers in order.  Raises Unreachable."""
        answers: list[str] = []
        for start in range(0, len(commands), _AT_ONCE):
            batch = commands[start : start + _AT_ONCE]
            try:
                self._connection.sendall("".join(f"{one}\n" for one in batch).encode())
            except OSError as error:
                raise Unreachable(str(error)) from error
            answers += [self._answer() for _ in batch]
        return answers

    def info(self) -> WorkerInfo:
        """Return what the worker at the other end says of itself.  Raises Unreachable."""
        return parse_info(self.ask(["show info"])[0])

    def _answer(self) -> str:
        while (end := self._buffer.find(_PROMPT)) < 0:
            try:
                data = self._connection.recv(1 << 18)
            except OSError as error:
                raise Unreachable(str(error)) from error
            if not data:
                raise Unreachable("the proxy closed the control connection")
            self._buffer += data
        answer, self._buffer = self._buffer[:end], self._buffer[end + len(_PROMPT) :]
        return answer.decode(errors="replace").strip()


@contextmanager
def session(directory: Path, name: str) -> Iterator[Session]:
    """Open a session with the worker that listens on the socket.  Raises Unreachable."""
    connection = _connect(directory, name)
    with connection:
        try:
            opened = Session(connection)
        except OSError as error:
            raise Unreachable(str(error)) from error
        yield opened


def ask_master(directory: Path, command: str) -> str:
    """Return the master's answer to one command.  Raises Unreachable."""
    return _told(directory, command).decode(errors="replace").strip()


def ask_worker(directory: Path, pid: int, command: str) -> str:
    """Return a worker's answer, passed on by the master.  Raises Unreachable."""
    return ask_master(directory, f"@!{pid} {command}")


def raw_answer(directory: Path, pid: int, command: str) -> bytes:
    """Return a worker's answer as it comes: it may be a megabyte.  Raises Unreachable."""
    return _told(directory, f"@!{pid} {command}")


def _told(directory: Path, command: str) -> bytes:
    with _connect(directory, MASTER_SOCKET) as connection:
        pieces: list[bytes] = []
        try:
            connection.sendall(f"{command}\n".encode())
            connection.shutdown(socket.SHUT_WR)
            while data := connection.recv(1 << 16):
                pieces.append(data)
        except OSError as error:
            raise Unreachable(str(error)) from error
    return b"".join(pieces)


def processes(directory: Path) -> Processes:
    """Return the master and its workers.  Raises Unreachable."""
    found = parse_processes(ask_master(directory, "show proc"))
    if found is None:
        raise Unreachable("the master does not say which processes it has")
    return found


def master_pid(directory: Path) -> int | None:
    """Return who listens on the master's socket, as the kernel says; None: nobody."""
    try:
        connection = _connect(directory, MASTER_SOCKET)
    except Unreachable:
        return None
    with connection:
        size = struct.calcsize("3i")
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    pid: int = struct.unpack("3i", credentials)[0]
    return pid


def parse_processes(text: str) -> Processes | None:
    """Read `show proc`: a line per process below the headings of its kind."""
    heading = ""
    master, version, failed = 0, "", 0
    current: list[int] = []
    old: list[int] = []
    for line in text.splitlines():
        if line.startswith("# "):
            heading = line[2:].strip()
            continue
        fields = line.split()
        if len(fields) < 2 or not fields[0].isdigit():
            continue
        if fields[1] == "master":
            master, version = int(fields[0]), fields[-1]
            count = re.search(r"\[failed: (\d+)\]", line)
            failed = int(count[1]) if count else 0
        elif fields[1] == "worker":
            (old if heading == "old workers" else current).append(int(fields[0]))
    if not master:
        return None
    return Processes(
        master=master,
        version=version,
        failed_reloads=failed,
        worker=current[0] if current else None,
        old_workers=tuple(old),
    )


def parse_info(text: str) -> WorkerInfo:
    """Read `show info`.  Raises Unreachable where it is no such answer."""
    values = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    if "Pid" not in values:
        raise Unreachable(f"the worker answered {text[:80]!r}")
    return WorkerInfo(
        pid=int(values["Pid"]),
        description=values.get("description", ""),
        stopping=values.get("Stopping", "0") != "0",
    )


def _connect(directory: Path, name: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(ANSWER_TIMEOUT_S)
    try:
        folder = os.open(directory, os.O_PATH | os.O_DIRECTORY)
        try:
            connection.connect(f"/proc/self/fd/{folder}/{name}")
        finally:
            os.close(folder)
    except OSError as error:
        connection.close()
        raise Unreachable(str(error)) from error
    return connection
