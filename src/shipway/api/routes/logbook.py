"""The kept logs of an environment, also of instances that are gone; and Prometheus' page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, gathered, json_lines
from shipway.errors import Problem
from shipway.model.logs import LogEntry, LogLevel, LogQuery
from shipway.model.names import parse_release
from shipway.observe.exposition import exposition
from shipway.observe.searching import follow as follow_lines
from shipway.observe.searching import search

router = Routes(tags=["observe"])

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
LEVELS = tuple(level.name.lower() for level in LogLevel if level is not LogLevel.UNKNOWN)


@router.get("/metrics")
def metrics(service: Services) -> Response:
    """Return all that is measured in Prometheus' text format."""
    return Response(exposition(service.observatory), media_type=TEXT_FORMAT)


@router.get("/projects/{project}/environments/{environment}/logbook")
def logbook(
    service: Services,
    environment: Environment,
    *,
    search_for: Annotated[str, Query(alias="search", max_length=500)] = "",
    since: float | None = None,
    until: float | None = None,
    name: Annotated[str | None, Query(max_length=100)] = None,
    release: str | None = None,
    level: Annotated[str | None, Query(max_length=10)] = None,
    tail: Annotated[int, Query(ge=0, le=10_000)] = 100,
    follow: bool = False,
) -> StreamingResponse:
    """Return the last wanted lines as JSON lines, and with `follow` those that come."""
    world = service.observatory
    query = LogQuery(
        environment=environment,
        search=search_for,
        since=since,
        until=until,
        service=name,
        release=parse_release(release) if release else None,
        level=_level(level),
        limit=tail,
    )
    past = search(world, query)

    def work(put: Callable[[Any], None], cancelled: Callable[[], bool]) -> None:
        for entry in follow_lines(world, query, cancelled):
            if entry is not None:
                put(_view(entry))

    def values() -> Iterator[Any]:
        for entry in past:
            yield _view(entry)
        if follow:
            yield from gathered(work)

    return json_lines(values())


def _view(entry: LogEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "service": entry.service,
        "instance": entry.instance,
        "release": f"r{entry.release}" if entry.release else None,
        "stream": entry.stream,
        "level": entry.level.name.lower(),
        "text": entry.text,
    }


def _level(word: str | None) -> LogLevel:
    if word is None:
        return LogLevel.UNKNOWN
    if word not in LEVELS:
        raise Problem(
            "no-log-level",
            f"there is no log level {word!r}.",
            hints=[f"one of {', '.join(LEVELS)}"],
        )
    return LogLevel[word.upper()]
