"""A line of log as it is kept: whose it is, how serious it is, what it says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from shipway.model.names import EnvironmentId


class LogLevel(IntEnum):
    """How serious a line is; UNKNOWN where it does not say."""

    UNKNOWN = 0
    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40
    CRITICAL = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line; release None: the environment's own (its databases).

    at: seconds since the epoch.  text: as it was written.  service `rollout` and instance
    `rollout-12`: a step of a rollout told it; korean: in Korean, where it knows that.
    """

    at: float
    service: str
    instance: str
    release: int | None
    stream: str
    level: LogLevel
    text: str
    korean: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which entries are wanted, the last `limit` of them; search: text, in any case.

    service: a service, or an instance of one by its name.
    """

    environment: EnvironmentId
    search: str = ""
    since: float | None = None
    until: float | None = None
    service: str | None = None
    instance: str | None = None
    release: int | None = None
    level: LogLevel = LogLevel.UNKNOWN
    limit: int = 100

    def wants(self, entry: LogEntry) -> bool:
        """Return whether an entry is wanted."""
        return (
            (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
            and self.service in {None, entry.service, entry.instance}
            and self.instance in {None, entry.instance}
            and self.release in {None, entry.release}
            and entry.level >= self.level
            and self.search.lower() in entry.text.lower()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """What was found, oldest first.

    reached: where patience ended: what is older was not looked through.  None: all was that is
    kept, or enough was found.
    """

    entries: tuple[LogEntry, ...]
    reached: float | None = None


class LogSource(NamedTuple):
    """Who writes: an instance of a service, of a release; None: the environment's own."""

    service: str
    instance: str
    release: int | None


_WORDS = {
    "trace": LogLevel.DEBUG,
    "debug": LogLevel.DEBUG,
    "info": LogLevel.INFO,
    "notice": LogLevel.INFO,
    "log": LogLevel.INFO,
    "warn": LogLevel.WARNING,
    "warning": LogLevel.WARNING,
    "error": LogLevel.ERROR,
    "err": LogLevel.ERROR,
    "critical": LogLevel.CRITICAL,
    "fatal": LogLevel.CRITICAL,
    "panic": LogLevel.CRITICAL,
}
_KEYS = ("level", "severity", "levelname", "log_level", "lvl")
_NUMBERS = (
    (60, LogLevel.CRITICAL),
    (50, LogLevel.ERROR),
    (40, LogLevel.WARNING),
    (30, LogLevel.INFO),
)
_NAMED = re.compile(
    r"\b(TRACE|DEBUG|INFO|NOTICE|LOG|WARN|WARNING|ERROR|CRITICAL|FATAL|PANIC)\b[:\]\s|]"
)
_HEAD = 120


def level_of(text: str) -> LogLevel:
    """Return how serious a line says it is: in JSON, else by a word near its beginning."""
    if text.startswith("{"):
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if isinstance(value, dict):
            return _of_json(value)
    match = _NAMED.search(f"{text[:_HEAD]} ")
    if match is not None:
        return _WORDS[match[1].lower()]
    return LogLevel.ERROR if text.startswith("Traceback (most recent call") else LogLevel.UNKNOWN


def _of_json(value: dict[str, object]) -> LogLevel:
    for key in _KEYS:
        said = value.get(key)
        if isinstance(said, str):
            return _WORDS.get(said.lower(), LogLevel.UNKNOWN)
        if isinstance(said, int) and not isinstance(said, bool):  # pino and bunyan
            return next((level for number, level in _NUMBERS if said >= number), LogLevel.DEBUG)
    return LogLevel.UNKNOWN
