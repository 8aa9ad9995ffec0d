"""Waiting until something stirs in a directory: the kernel tells (inotify), nobody asks.

One thread hears for all who wait.  Where the kernel refuses (too many watches), they look now
and then instead.  See inotify(7).
"""

from __future__ import annotations

import ctypes
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

IN_MODIFY, IN_MOVED_TO, IN_CREATE = 0x2, 0x80, 0x100
GATHER_S = 0.05
"""What comes within it is heard at once: a program may write thousands of lines a second."""
LOOK_S = 1.0
_EVENT = struct.Struct("iIII")

Wait = Callable[[float], None]
"""Returns when something has stirred since the last time, or after so many seconds."""


class Stirrings:
    """Hears of changes in directories; safe in several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int, list[threading.Event]] = {}
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._file: int | None = None

    @contextmanager
    def of(self, folder: Path) -> Iterator[Wait]:
        """Hear of files that are written, made or replaced in a directory, but not below it."""
        event = threading.Event()
        watch = self._begin(folder, event)
        if watch is None:
            yield lambda seconds: time.sleep(min(seconds, LOOK_S))
            return

        def wait(seconds: float) -> None:
            event.wait(seconds)
            event.clear()

        try:
            yield wait
        finally:
            self._end(watch, event)

    def _begin(self, folder: Path, event: threading.Event) -> int | None:
        with self._lock:
            if self._file is None:
                file = self._libc.inotify_init1(os.O_CLOEXEC)
                if file < 0:
                    return None
                self._file = file
                threading.Thread(target=self._hear, args=(file,), name="stir", daemon=True).start()
            what = IN_MODIFY | IN_MOVED_TO | IN_CREATE
            watch: int = self._libc.inotify_add_watch(self._file, os.fsencode(folder), what)
            if watch < 0:
                return None
            self._waiting.setdefault(watch, []).append(event)
            return watch

    def _end(self, watch: int, event: threading.Event) -> None:
        with self._lock:
            left = self._waiting.get(watch, [])
            with suppress(ValueError):
                left.remove(event)
            if not left and self._waiting.pop(watch, None) is not None:
                self._libc.inotify_rm_watch(self._file, watch)

    def _hear(self, file: int) -> None:
        while True:
            told = os.read(file, 1 << 16)
            with self._lock:
                for watch in set(_watches(told)):
                    for event in self._waiting.get(watch, ()):
                        event.set()
            time.sleep(GATHER_S)


def _watches(told: bytes) -> Iterator[int]:
    at = 0
    while at + _EVENT.size <= len(told):
        watch, _mask, _cookie, length = _EVENT.unpack_from(told, at)
        yield watch
        at += _EVENT.size + length


STIRRINGS = Stirrings()
