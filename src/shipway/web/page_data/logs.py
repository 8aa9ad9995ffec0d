"""The logs as a page shows them: what can be chosen, and lines as people read them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shipway.api.service import Service
from shipway.errors import Problem
from shipway.model.logs import LogEntry, LogLevel, LogQuery
from shipway.model.names import EnvironmentId, parse_release, release_label
from shipway.model.records import ProgressLine
from shipway.observe.searching import ROLLOUT
from shipway.web.language import Words
from shipway.web.page_data.rollouts import STATES

LINES = 300
CHOICES_MAX = 300
SPANS = {
    "quarter": 900.0,
    "hour": 3600.0,
    "six-hours": 21_600.0,
    "day": 86_400.0,
    "week": 604_800.0,
}
LEVELS = tuple(level.name.lower() for level in LogLevel if level is not LogLevel.UNKNOWN)
_MESSAGES = ("event", "message", "msg")
KINDS = {*STATES, "note", "output", "finished"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen: of kept logs, also of what is gone."""

    services: Sequence[str]
    releases: Sequence[str]
    instances: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line.  fields: what else a line of JSON says, as `key=value`; release: `r42` or empty."""

    at: float
    release: str
    instance: str
    level: str
    message: str
    fields: str = ""


def choices(service: Service, environment: EnvironmentId, **chosen: str) -> Choices:
    """Return what can be chosen; what was chosen stays among it."""
    world = service.observatory
    sources = world.logbook.sources(environment)
    app = world.live_application(environment)
    declared = () if app is None else (item.name for item in app.services)
    numbers = {
        *(source.release for source in sources),
        *(item.release for item in world.store.placements.in_environment(environment)),
    }
    if chosen["release"]:
        numbers.add(parse_release(chosen["release"]))
    labels = [release_label(item) for item in sorted(filter(None, numbers), reverse=True)]
    return Choices(
        services=_offered([*(one.service for one in sources), *declared], chosen["name"], ROLLOUT),
        releases=labels[:CHOICES_MAX],
        instances=_offered((one.instance for one in sources), chosen["instance"]),
    )


def query(
    environment: EnvironmentId,
    *,
    name: str = "",
    release: str = "",
    instance: str = "",
    span: str = "",
    until: str = "",
    before: float | None = None,
    text: str = "",
    level: str = "",
    now: float,
) -> LogQuery:
    """Return the query of what was chosen on the page.  Raises Problem of what makes no sense."""
    end = moment(until) if until else None
    if before is not None:
        end = before if end is None else min(end, before)
    since = None
    if span in SPANS:
        since = (moment(until) if until else now) - SPANS[span]
    return LogQuery(
        environment=environment,
        search=text,
        since=since,
        until=end,
        service=name or None,
        instance=instance or None,
        release=parse_release(release) if release else None,
        level=LogLevel[level.upper()] if level in LEVELS else LogLevel.UNKNOWN,
        limit=LINES,
    )


def moment(text: str) -> float:
    """Return the moment, in UTC, of what a field for date and time holds."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(
            "bad-request", f"{text} is no moment: write it as 2026-03-02T14:00, in UTC."
        ) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def line(entry: LogEntry, words: Words | None = None) -> Line:
    """Return a line as people read it; of JSON its message first, of a rollout in their words."""
    message, fields = _structured(entry.text)
    if entry.service == ROLLOUT:
        message = _of_a_rollout(entry, words or Words("en"))
    return Line(
        at=entry.at,
        release=release_label(entry.release) if entry.release else "",
        instance=entry.instance,
        level=_tone(entry),
        message=message,
        fields=fields,
    )


def _of_a_rollout(entry: LogEntry, words: Words) -> str:
    """Return what a rollout told: the step, its state where that changed, and what was said."""
    step, _, rest = entry.text.partition(": ")
    kind, _, text = rest.partition(": ")
    if kind not in KINDS:
        return entry.text  # an application's own service of that name
    told = ProgressLine(
        rollout=0, seq=0, at=entry.at, step=step, kind=kind, text=text, korean=entry.korean
    )
    state = [words(f"step-state-{STATES[kind]}")] if kind in STATES else []
    return ": ".join(filter(None, [step, *state, words.told(told)]))


def _tone(entry: LogEntry) -> str:
    """Return how a line is coloured: by its level, else by where it was written."""
    if entry.level >= LogLevel.ERROR:
        return "err"
    if entry.level is LogLevel.WARNING:
        return "warn"
    if entry.level is LogLevel.UNKNOWN and entry.stream == "stderr":
        return "aside"
    return "debug" if entry.level is LogLevel.DEBUG else ""


def _structured(text: str) -> tuple[str, str]:
    if not text.startswith("{"):
        return text, ""
    try:
        value = json.loads(text)
    except ValueError:
        return text, ""
    key = next((key for key in _MESSAGES if isinstance(value.get(key), str)), None)
    if key is None:
        return text, ""
    rest = (f"{name}={_value(item)}" for name, item in value.items() if name != key)
    return value[key], " ".join(rest)


def _value(value: object) -> str:
    plain = isinstance(value, str) and value and not any(letter in value for letter in ' "\n')
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def _offered(found: Iterable[str], *more: str) -> list[str]:
    return [*sorted({*found, *more} - {""})][:CHOICES_MAX]
