"""Reads the log files that shims write, across rotations."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from shipway.engines.process.layout import Place
from shipway.engines.process.stirring import STIRRINGS
from shipway.engines.process.supervise import read_state
from shipway.model.workload import LogLine

SILENT_S = 15.0
"""How soon a shim that was killed, or a reader that left, is noticed."""
BLOCK_BYTES = 65536


def parse(raw: bytes, instance: str) -> LogLine | None:
    """Return one line of a log file, None where it is none."""
    at, _, rest = raw.partition(b" ")
    kind, _, text = rest.partition(b" ")
    try:
        moment = float(at)
    except ValueError:
        return None
    return LogLine(
        at=moment,
        instance=instance,
        stream="stderr" if kind == b"e" else "stdout",
        text=text.decode(errors="replace"),
    )


def history(place: Place) -> list[Path]:
    """Return the log files, oldest first."""
    older = sorted(
        place.path.glob("log.*"), key=lambda path: int(path.suffix[1:] or 0), reverse=True
    )
    return [path for path in [*older, place.log] if path.exists()]


def last_lines(place: Place, count: int) -> list[bytes]:
    """Return the last lines, reading from the end: a log may hold 50 MB."""
    found: list[bytes] = []
    for path in reversed(history(place)):
        wanted = count - len(found)
        if wanted <= 0:
            break
        found = _end_of(path, wanted) + found
    return found


def _end_of(path: Path, count: int) -> list[bytes]:
    with path.open("rb") as file:
        position, data = file.seek(0, os.SEEK_END), b""
        while position > 0 and data.count(b"\n") <= count:
            step = min(BLOCK_BYTES, position)
            position -= step
            file.seek(position)
            data = file.read(step) + data
        return data.splitlines()[-count:]


def all_lines(place: Place) -> Iterator[bytes]:
    """Yield every line that is kept."""
    for path in history(place):
        with path.open("rb") as file:
            yield from (line.rstrip(b"\n") for line in file)


class Follower:
    """Reads on where it stands; goes to the next file when the shim has rotated."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._newest = os.fspath(place.log)
        self.file: BinaryIO | None = None
        self.rest = b""

    def skip_to_end(self) -> None:
        """Stand at the end of the newest file."""
        if self.file is None and self.place.log.exists():
            self.file = self.place.log.open("rb")
            self.file.seek(0, os.SEEK_END)

    def lines(self) -> Iterator[bytes]:
        """Yield the whole lines that came since the last call."""
        while True:
            if self.file is None:
                if not self.place.log.exists():
                    return
                self.file = self.place.log.open("rb")
            for block in iter(self._block, b""):
                *whole, self.rest = (self.rest + block).split(b"\n")
                yield from whole
            if not self._advance():
                return

    def close(self) -> None:
        """Let go of the file."""
        if self.file is not None:
            self.file.close()
            self.file = None

    def _block(self) -> bytes:
        assert self.file is not None  # noqa: S101 - opened by the caller
        return self.file.read(BLOCK_BYTES)

    def _advance(self) -> bool:
        """Go to the file after the one just read, if the shim has begun another."""
        assert self.file is not None  # noqa: S101 - opened by the caller
        current = os.fstat(self.file.fileno()).st_ino
        if _inode(self._newest) == current:
            return False
        files = history(self.place)
        inodes = []
        for path in files:
            try:
                inodes.append(path.stat().st_ino)
            except FileNotFoundError:
                inodes.append(-1)
        if not inodes or inodes[-1] == current:
            return False
        following = inodes.index(current) + 1 if current in inodes else 0
        self.file.close()
        self.file = files[following].open("rb")
        return True


def _inode(path: str) -> int | None:
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - asked every second
    except FileNotFoundError:
        return None


def read_log(
    place: Place,
    instance: str,
    *,
    follow: bool,
    tail: int | None,
    cancelled: Callable[[], bool],
) -> Iterator[LogLine]:
    """Yield an instance's lines; see `Console.logs`."""
    follower = Follower(place)
    if tail is not None:
        follower.skip_to_end()
    raw = all_lines(place) if tail is None else iter(last_lines(place, tail))
    if follow and tail is None:
        raw = _from_the_oldest(place, follower)
    try:
        yield from filter(None, (parse(line, instance) for line in raw))
        if follow:
            yield from _followed(place, instance, follower, cancelled)
    finally:
        follower.close()


def _followed(
    place: Place, instance: str, follower: Follower, cancelled: Callable[[], bool]
) -> Iterator[LogLine]:
    with STIRRINGS.of(place.path) as wait:
        while not cancelled():
            state = read_state(place)
            running = state is not None and state.alive
            fresh = [parse(line, instance) for line in follower.lines()]
            yield from filter(None, fresh)
            if not running:
                return
            wait(SILENT_S)


def _from_the_oldest(place: Place, follower: Follower) -> Iterator[bytes]:
    files = history(place)
    if files:
        follower.file = files[0].open("rb")
        yield from follower.lines()
