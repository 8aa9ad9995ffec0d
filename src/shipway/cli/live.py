"""A few lines at the bottom of a terminal that are drawn again and again."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


class LiveArea:
    """Lines that `show` replaces; `commit` writes lines above them that stay.

    Invariant: the cursor stands at the end of the last shown line.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._height = 0

    def show(self, lines: list[str]) -> None:
        """Draw these lines in the place of the last ones; none should be wider than the screen."""
        self._write(self._erasing() + "\n".join(lines))
        self._height = len(lines)

    def commit(self, lines: list[str]) -> None:
        """Write lines that stay; the area is empty then."""
        self._write(self._erasing() + "".join(f"{line}\n" for line in lines))
        self._height = 0

    def _erasing(self) -> str:
        if not self._height:
            return ""
        up = f"\x1b[{self._height - 1}A" if self._height > 1 else ""
        return f"\r{up}\x1b[J"


def with_ticks(items: Iterable[T], every_s: float) -> Iterator[T | None]:
    """Yield the items as they come, and None whenever `every_s` passed without one."""
    waiting: queue.SimpleQueue[tuple[str, T | BaseException | None]] = queue.SimpleQueue()

    def read() -> None:
        try:
            for item in items:
                waiting.put(("item", item))
            waiting.put(("end", None))
        except BaseException as error:  # handed on to the reader, whoever raised it
            waiting.put(("error", error))

    threading.Thread(target=read, name="reader", daemon=True).start()
    while True:
        try:
            kind, value = waiting.get(timeout=every_s)
        except queue.Empty:
            yield None
            continue
        if kind == "end":
            return
        if isinstance(value, BaseException):
            raise value
        yield value
