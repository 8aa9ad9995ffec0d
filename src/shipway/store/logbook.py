"""The logbook: log lines of all instances as files, a line of JSON each.

    logs/PROJECT.ENVIRONMENT/current.jsonl      what is being written
    logs/PROJECT.ENVIRONMENT/AT.jsonl.gz        earlier, by the moment of its last line

A file is closed at 8 MB and compressed; the oldest go when an environment has more than
100 MB or a line is older than 30 days.  Files are private: applications log what they like.
"""

from __future__ import annotations

import gzip
import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from shipway.model.logs import LogEntry, LogPage, LogQuery, LogSource
from shipway.model.names import EnvironmentId, Scope
from shipway.store import log_files

CURRENT = "current.jsonl"
FILE_BYTES = 8_000_000
KEPT_BYTES = 100_000_000
KEPT_S = 30 * 86_400.0
TAIL_ENTRIES = 2_000
SOURCES_MAX = 2_000
LATE_ENTRIES = 500
"""Instances are heard side by side: so many lines may stand after a later one."""
LINES_A_LOOK = 2_000


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
        self._sources: dict[EnvironmentId, dict[LogSource, float]] = {}

    def append(self, environment: EnvironmentId, entries: Sequence[LogEntry]) -> None:
        """Keep entries; those beyond the bound make the oldest go."""
        if not entries:
            return
        text = "".join(f"{log_files.written(entry)}\n" for entry in entries)
        with self._news:
            file = self._open(environment)
            file.write(text)
            file.flush()
            if file.tell() >= self._file_bytes:
                self._rotate(environment)
            for entry in entries:
                self._count += 1
                self._tail.append((self._count, environment, entry))
            self._heard(environment, entries)
            self._news.notify_all()

    def look(self, query: LogQuery, *, patience_s: float = math.inf) -> LogPage:
        """Return the last wanted entries, as far back as patience goes."""
        until = time.monotonic() + patience_s
        sieve = log_files.Sieve(query)
        enough = query.limit + LATE_ENTRIES
        found: list[LogEntry] = []
        for path in reversed(self._paths(query.environment)):
            if path.name != CURRENT and query.since is not None and _ends(path) < query.since:
                break
            if time.monotonic() > until and path.name != CURRENT:
                return _page(found, query.limit, _ends(path))
            for number, line in enumerate(log_files.newest_first(log_files.content(path)), 1):
                if sieve.passes(line):
                    entry = log_files.read(line)
                    if entry is not None and query.wants(entry):
                        found.append(entry)
                if len(found) >= enough:
                    return _page(found, query.limit)
                if number % LINES_A_LOOK == 0 and time.monotonic() > until:
                    return _page(found, query.limit, log_files.moment(line))
        return _page(found, query.limit)

    def follow(
        self, query: LogQuery, cancelled: Callable[[], bool], *, after: float | None = None
    ) -> Iterator[LogEntry | None]:
        """Yield wanted entries as they come; None at least once a second without one.

        after: also those of the last moments that were written later than this.
        """
        with self._news:
            began = self._count
            last = began if after is None else 0
        while not cancelled():
            with self._news:
                if self._count == last:
                    self._news.wait(timeout=1.0)
                fresh = [item for item in self._tail if item[0] > last]
                last = self._count
            if not fresh:
                yield None
            for number, environment, entry in fresh:
                old = after is not None and number <= began and entry.at <= after
                if environment == query.environment and not old and query.wants(entry):
                    yield entry

    def sources(self, environment: EnvironmentId) -> Mapping[LogSource, float]:
        """Return who wrote, and when last: what the newest two files tell, and all since."""
        with self._news:
            known = self._sources.get(environment)
            if known is None:
                known = {}
                for path in self._paths(environment)[-2:]:
                    for source, at in log_files.sources(log_files.content(path)).items():
                        known[source] = max(known.get(source, 0.0), at)
                self._sources[environment] = known
            return dict(known)

    def _heard(self, environment: EnvironmentId, entries: Sequence[LogEntry]) -> None:
        known = self._sources.get(environment)
        if known is None:  # nobody asked yet
            return
        for entry in entries:
            source = LogSource(entry.service, entry.instance, entry.release)
            known[source] = max(known.get(source, 0.0), entry.at)
        if len(known) > SOURCES_MAX:
            for source in sorted(known, key=lambda one: known[one])[:-SOURCES_MAX]:
                del known[source]

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


def _page(found: list[LogEntry], limit: int, reached: float | None = None) -> LogPage:
    found.sort(key=lambda entry: entry.at)
    return LogPage(entries=tuple(found[max(0, len(found) - limit) :]), reached=reached)
