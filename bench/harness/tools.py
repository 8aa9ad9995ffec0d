"""What programs take that others start: the most memory that they held at one time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.harness.process import memory_mb

TICK_S = 0.1


@dataclass(slots=True)
class Peak:
    """memory_mb: of all programs together, the largest sum that was seen."""

    memory_mb: float = 0.0


@contextmanager
def peak_of(find: Callable[[], list[int]]) -> Iterator[Peak]:
    """Yield the peak of the processes that `find` names, looked at ten times a second."""
    peak, over = Peak(), threading.Event()

    def look() -> None:
        while not over.wait(TICK_S):
            held = 0.0
            for pid in find():
                try:
                    held += memory_mb(pid)
                except (OSError, ValueError):  # it has ended
                    continue
            peak.memory_mb = max(peak.memory_mb, round(held, 1))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join(5)


def named(*names: str) -> Callable[[], list[int]]:
    """Return what finds the processes with these names."""

    def find() -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if (entry / "comm").read_text().strip() in names:
                    found.append(int(entry.name))
            except OSError:  # it has ended
                continue
        return found

    return find


def size_of(folder: Path) -> int:
    """Return the bytes of the files below a directory."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
