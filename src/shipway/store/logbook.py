"""The logbook: log lines of all instances as files, a line of JSON each.

    logs/PROJECT.ENVIRONMENT/current.jsonl      what is being written
    logs/PROJECT.ENVIRONMENT/AT.jsonl.gz        earlier, by the moment of its first line

A file is closed at 8 MB and compressed; the oldest go when an environment has more than
100 MB or a line is older than 30 days.  Files are private: applications log what they like.
"""

from __future__ import annotations

import gzip
import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from shipway.model.logs import LogEntry, LogLevel, LogQuery
from shipway.model.names import EnvironmentId, Scope

CURRENT = "current.jsonl"
FILE_BYTES = 8_000_000
KEPT_BYTES = 100_000_000
KEPT_S = 30 * 86_400.0
TEXT_MAX = 16_000
TAIL_ENTRIES = 2_000


class Logbook:
    """All logs below `directory`; any thread may write or read."""

    def __init__(
        self, directory: Path, *, file_bytes: int = FILE_BYTES, kept_bytes: int = KEPT_BYTES
    ) -> None:
        self._directory = directory
        self._file_bytes = file_bytes
        self._kept_bytes = kept_bytes
        self._files: dict[EnvironmentId, TextIO] = {}
        self._news = threading.Condition()
        self._count = 0
        self._tail: deque[tuple[int, EnvironmentId, LogEntry]] = deque(maxlen=TAIL_ENTRIES)

    def append(self, environment: EnvironmentId, entries: Sequence[LogEntry]) -> None:
        """Keep entries; those beyond the bound make the oldest go."""
        if not entries:
            return
        text = "".join(f"{_write(entry)}\n" for entry in entries)
        with self._news:
            file = self._open(environment)
            file.write(text)
            file.flush()
            if file.tell() >= self._file_bytes:
                self._rotate(environment)
            for entry in entries:
                self._count += 1
                self._tail.append((self._count, environment, entry))
            self._news.notify_all()

    def find(self, query: LogQuery) -> tuple[LogEntry, ...]:
        """Return the last entries that are wanted, oldest first."""
        found: deque[LogEntry] = deque()
        for path in reversed(self._paths(query.environment)):
            entries = list(_entries(path, query))
            found.extendleft(reversed(entries))
            if len(found) >= query.limit or _begins(path) < (query.since or 0.0):
                break
        ordered = sorted(found, key=lambda entry: entry.at)
        return tuple(ordered[len(ordered) - query.limit :] if query.limit else ())

    def follow(self, query: LogQuery, cancelled: Callable[[], bool]) -> Iterator[LogEntry | None]:
        """Yield wanted entries as they come; None at least once a second without one."""
        with self._news:
            last = self._count
        while not cancelled():
            with self._news:
                if self._count == last:
                    self._news.wait(timeout=1.0)
                fresh = [item for item in self._tail if item[0] > last]
                last = self._count
            if not fresh:
                yield None
            for _number, environment, entry in fresh:
                if environment == query.environment and query.wants(entry):
                    yield entry

    def latest(self, environment: EnvironmentId) -> Mapping[tuple[str, int | None], float]:
        """Return the last moments by (instance, release), from the newest two files."""
        found: dict[tuple[str, int | None], float] = {}
        everything = LogQuery(environment=environment)
        for path in self._paths(environment)[-2:]:
            for entry in _entries(path, everything):
                key = (entry.instance, entry.release)
                found[key] = max(found.get(key, 0.0), entry.at)
        return found

    def close(self) -> None:
        """Close the files; more may be appended all the same."""
        with self._news:
            for file in self._files.values():
                file.close()
            self._files.clear()

    def _folder(self, environment: EnvironmentId) -> Path:
        return self._directory / Scope(environment).label

    def _paths(self, environment: EnvironmentId) -> list[Path]:
        """Return the files, oldest first."""
        folder = self._folder(environment)
        current = folder / CURRENT
        return [*_closed(folder), *([current] if current.exists() else [])]

    def _open(self, environment: EnvironmentId) -> TextIO:
        file = self._files.get(environment)
        if file is None:
            folder = self._folder(environment)
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(folder / CURRENT, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            file = self._files[environment] = os.fdopen(descriptor, "a", encoding="utf-8")
        return file

    def _rotate(self, environment: EnvironmentId) -> None:
        self._files.pop(environment).close()
        folder = self._folder(environment)
        current = folder / CURRENT
        target = folder / f"{time.time():.3f}.jsonl.gz"
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(descriptor, "wb") as raw,
            gzip.open(raw, "wb", compresslevel=3) as packed,
            current.open("rb") as plain,
        ):
            while block := plain.read(1 << 20):
                packed.write(block)
        current.unlink()
        closed = _closed(folder)
        sizes = [path.stat().st_size for path in closed]
        oldest = time.time() - KEPT_S
        for path, size in zip(closed, list(sizes), strict=True):
            if sum(sizes) <= self._kept_bytes and _ends(path) >= oldest:
                break
            path.unlink()
            sizes.remove(size)


def _closed(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl.gz"), key=_ends)


def _ends(path: Path) -> float:
    """Return when a closed file's last line was written: its name says it."""
    return float(path.name.removesuffix(".jsonl.gz"))


def _begins(path: Path) -> float:
    """Return the moment of a file's first line."""
    for line in _lines(path):
        try:
            return float(json.loads(line)["at"])
        except (ValueError, KeyError):
            continue
    return 0.0


def _lines(path: Path) -> Iterator[str]:
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8", errors="replace") as packed:
                yield from packed
        else:
            with path.open(encoding="utf-8", errors="replace") as plain:
                yield from plain
    except (FileNotFoundError, EOFError):  # rotated away while it was read
        return


def _entries(path: Path, query: LogQuery) -> Iterator[LogEntry]:
    """Yield the wanted entries of a file; most lines are passed over without being parsed."""
    # JSON escapes quotes and what is not ASCII stays as it is: other words can be looked for
    plain = query.search.lower() if query.search.isalnum() else ""
    for line in _lines(path):
        if plain and plain not in line.lower():
            continue
        entry = _read(line)
        if entry is not None and query.wants(entry):
            yield entry


def _write(entry: LogEntry) -> str:
    return json.dumps(
        {
            "at": round(entry.at, 6),
            "service": entry.service,
            "instance": entry.instance,
            "release": entry.release,
            "stream": entry.stream,
            "level": int(entry.level),
            "text": entry.text[:TEXT_MAX],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _read(line: str) -> LogEntry | None:
    try:
        value = json.loads(line)
        return LogEntry(**{**value, "level": LogLevel(value["level"])})
    except (ValueError, KeyError, TypeError):  # half a line, of a daemon that was killed
        return None
