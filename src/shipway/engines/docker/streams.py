"""What comes in pieces: frames of two outputs in one stream, lines, and waiting with a tick."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import datetime
from typing import Literal, TypeVar

StreamName = Literal["stdout", "stderr"]
_HEADER = 8
T = TypeVar("T")


def frames(chunks: Iterable[bytes], *, tty: bool = False) -> Iterator[tuple[StreamName, bytes]]:
    """Yield (stream, payload) of an engine's multiplexed output.

    Each frame is one byte of stream (2: stderr), three of zero, four of length, then the
    payload (Engine API, "Stream format").  With a terminal there are no frames.
    """
    if tty:
        for chunk in chunks:
            yield "stdout", chunk
        return
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= _HEADER:
            end = _HEADER + int.from_bytes(buffer[4:_HEADER], "big")
            if len(buffer) < end:
                break
            name: StreamName = "stderr" if buffer[0] == 2 else "stdout"
            yield name, bytes(buffer[_HEADER:end])
            del buffer[:end]


def lines(pieces: Iterable[tuple[StreamName, bytes]]) -> Iterator[tuple[StreamName, str]]:
    """Yield whole lines of each stream, without their newline; the last may lack one."""
    open_lines: dict[StreamName, bytes] = {}
    for name, payload in pieces:
        *whole, rest = (open_lines.get(name, b"") + payload).split(b"\n")
        open_lines[name] = rest
        for line in whole:
            yield name, _text(line)
    for name, rest in open_lines.items():
        if rest:
            yield name, _text(rest)


def stamped_lines(
    pieces: Iterable[tuple[StreamName, bytes]],
) -> Iterator[tuple[StreamName, float, str]]:
    """Yield (stream, seconds since the epoch, line) of a log read with time stamps.

    The engine cuts long lines into frames of 16 KB and stamps each; the stamps inside a
    line are taken out again.
    """
    open_lines: dict[StreamName, tuple[float, bytes]] = {}
    for name, payload in pieces:
        stamp, _, text = payload.partition(b" ")
        at, begun = open_lines.pop(name, (_moment(stamp), b""))
        if text.endswith(b"\n"):
            yield name, at, _text(begun + text[:-1])
        else:
            open_lines[name] = (at, begun + text)
    for name, (at, begun) in open_lines.items():
        yield name, at, _text(begun)


def ticking(
    source: Iterator[T], close: Callable[[], None], tick_s: float = 0.2
) -> Generator[T | None, None, None]:
    """Yield what `source` yields, and None whenever nothing came for `tick_s` seconds.

    So a reader of an endless stream can look at its deadline.  `source` is read on a
    thread of its own, at most 1024 items ahead; `close` has to wake it, and is called
    when the reader leaves.
    """
    items: queue.Queue[tuple[bool, T | BaseException | None]] = queue.Queue(maxsize=1024)
    left = threading.Event()

    def put(more: bool, item: T | BaseException | None) -> None:  # noqa: FBT001
        while not left.is_set():
            try:
                items.put((more, item), timeout=0.5)
            except queue.Full:
                continue
            return

    def read() -> None:
        end: BaseException | None = None
        try:
            for item in source:
                put(True, item)
                if left.is_set():
                    return
        except Exception as error:  # handed to the reader, who raises it
            end = error
        put(False, end)

    thread = threading.Thread(target=read, name="docker-stream", daemon=True)
    thread.start()
    try:
        while True:
            try:
                more, item = items.get(timeout=tick_s)
            except queue.Empty:
                yield None
                continue
            if more:
                yield item  # type: ignore[misc]
            elif isinstance(item, BaseException):
                raise item
            else:
                return
    finally:
        left.set()
        close()
        thread.join(timeout=5.0)


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")


def _moment(stamp: bytes) -> float:
    """Return the seconds of an RFC 3339 stamp with nanoseconds; 0 where it is none."""
    return moment(stamp.decode(errors="replace")) or 0.0


def moment(text: str) -> float | None:
    """Return the seconds since the epoch of an engine's time; None for its zero time."""
    if not text or text.startswith("0001-"):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
