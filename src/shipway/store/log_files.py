"""Reading the logbook's files: from their end, and most lines without parsing them.

A line is JSON as `written` makes it; that its keys stand in this order without spaces is what
lets a line be passed over by its bytes.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from shipway.model.logs import LogEntry, LogLevel, LogQuery, LogSource

TEXT_MAX = 16_000
_AT = b'{"at":'
_HEAD = re.compile(
    rb'\{"at":([0-9.e+]+),"service":"([^"\\]+)","instance":"([^"\\]+)","release":([0-9]+|null),'
)


def written(entry: LogEntry) -> str:
    """Return the entry's line."""
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


def read(line: bytes) -> LogEntry | None:
    """Return the line's entry; None of half a line, of a daemon that was killed."""
    try:
        value = json.loads(line)
        return LogEntry(**{**value, "level": LogLevel(value["level"])})
    except (ValueError, KeyError, TypeError):
        return None


def content(path: Path) -> bytes:
    """Return what a file holds, as far as it can be read; a file is at most a few MB."""
    try:
        data = path.read_bytes()
        return zlib.decompressobj(31).decompress(data) if path.suffix == ".gz" else data
    except (FileNotFoundError, zlib.error):  # rotated away just now, or damaged
        return b""


def newest_first(data: bytes) -> Iterator[bytes]:
    """Yield the lines, the last one first."""
    end = len(data)
    while end > 0:
        begin = data.rfind(b"\n", 0, end) + 1
        if begin < end:
            yield data[begin:end]
        end = begin - 1


def moment(line: bytes) -> float | None:
    """Return when a line was written, without parsing the rest of it."""
    try:
        return float(line[len(_AT) : line.index(b",")]) if line.startswith(_AT) else None
    except ValueError:
        return None


def sources(data: bytes) -> dict[LogSource, float]:
    """Return who wrote, and when last."""
    found: dict[LogSource, float] = {}
    for at, service, instance, release in _HEAD.findall(data):
        number = None if release == b"null" else int(release)
        source = LogSource(service.decode(), instance.decode(), number)
        found[source] = max(found.get(source, 0.0), float(at))
    return found


class Sieve:
    """Holds back lines that cannot be wanted; what passes may still not be."""

    def __init__(self, query: LogQuery) -> None:
        self._query = query
        self._parts: list[bytes] = []
        if query.service is not None:
            self._parts.append(f":{_quoted(query.service)},".encode())
        if query.instance is not None:
            self._parts.append(f'"instance":{_quoted(query.instance)},'.encode())
        if query.release is not None:
            self._parts.append(b'"release":%d,' % query.release)
        levels = [level for level in LogLevel if level >= query.level]
        self._levels = (
            [b'"level":%d,' % level for level in levels] if len(levels) < len(LogLevel) else []
        )
        self._text = query.search.lower().encode() if _plain(query.search) else b""

    def passes(self, line: bytes) -> bool:
        """Return whether the line may be wanted."""
        at = moment(line)
        query = self._query
        if at is None or (query.until is not None and at >= query.until):
            return False
        if query.since is not None and at < query.since:
            return False
        if any(part not in line for part in self._parts):
            return False
        if self._levels and not any(level in line for level in self._levels):
            return False
        return not self._text or self._text in line.lower()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _plain(text: str) -> bool:
    """Return whether a text stands in a line's bytes as it is: nothing escaped, case known."""
    return text.isprintable() and not any(
        letter in '"\\' or (not letter.isascii() and letter.lower() != letter.upper())
        for letter in text
    )
