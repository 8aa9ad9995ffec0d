"""The kept logs of an environment: chosen, searched, and followed live."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services
from shipway.model.logs import LogEntry, LogQuery
from shipway.model.names import EnvironmentId
from shipway.observe.searching import follow as follow_lines
from shipway.observe.searching import look
from shipway.web.events import EVENT_STREAM, Seats, event, number
from shipway.web.page_data import logs as data
from shipway.web.pages.common import Known, chosen_environment, environments_of
from shipway.web.render import page, render, words_of

router = Routes()

PATIENCE_S = 1.5
FOLLOW_S = 3600.0
TICK_S = 0.3
WAITING_MAX = 2000
AT_ONCE_MAX = 500
SEATS = Seats(20)

Word = Annotated[str, Query(max_length=100)]
Text = Annotated[str, Query(max_length=200)]
Moment = Annotated[float | None, Query(ge=0, le=4e9)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the page's form says.  before: the earliest line that was shown, for what lies before."""

    name: Word = ""
    release: Word = ""
    instance: Word = ""
    span: Word = ""
    until: Word = ""
    text: Text = ""
    level: Word = ""
    before: Moment = None

    def given(self) -> dict[str, Any]:
        """Return what was chosen, without what was left as it is."""
        fields = (*self.form(), "before")
        return {name: value for name in fields if (value := getattr(self, name))}

    @staticmethod
    def form() -> tuple[str, ...]:
        """Return the form's own fields."""
        return ("name", "release", "instance", "span", "until", "text", "level")

    def query(self, environment: EnvironmentId, now: float) -> LogQuery:
        """Return the query.  Raises Problem of what makes no sense."""
        return data.query(environment, now=now, **self.given())


def _chosen(
    *,
    name: Word = "",
    release: Word = "",
    instance: Word = "",
    span: Word = "",
    until: Word = "",
    text: Text = "",
    level: Word = "",
    before: Moment = None,
) -> Chosen:
    return Chosen(
        name=name,
        release=release,
        instance=instance,
        span=span,
        until=until,
        text=text,
        level=level,
        before=before,
    )


Choosing = Annotated[Chosen, Depends(_chosen)]


@router.get("/projects/{project}/logs")
def logs(
    request: Request,
    service: Services,
    project: Known,
    chosen: Choosing,
    environment: str | None = None,
    live: Word = "",
) -> Response:
    """Show the last lines that are wanted; new ones come by themselves unless `live` is `no`."""
    where = chosen_environment(service, project.name, environment)
    shown: dict[str, Any] = {}
    if where is not None:
        found = look(
            service.observatory,
            chosen.query(where, service.observatory.clock.now()),
            patience_s=PATIENCE_S,
        )
        words = words_of(request.scope)
        lines = [data.line(entry, words) for entry in found.entries]
        last = lines[-1].at if lines else service.observatory.clock.now()
        given = chosen.given()
        address = {"environment": where.name, **given}
        shown = {
            "choices": data.choices(
                service,
                where,
                name=chosen.name,
                release=chosen.release,
                instance=chosen.instance,
            ),
            "lines": lines,
            "reached": found.reached,
            "following": live != "no" and not chosen.until and chosen.before is None,
            "may_follow": not chosen.until and chosen.before is None,
            "here": urlencode(address),
            "back": urlencode({**address, "before": _back(found.reached, lines)}),
            "events": urlencode({**given, "after": last}),
            "filtered": bool(given),
        }
    return page(
        request.scope,
        "logs.html",
        project=project.name,
        area="logs",
        environments=environments_of(service, project.name),
        environment=where,
        chosen=chosen,
        spans=list(data.SPANS),
        levels=data.LEVELS,
        full=len(shown.get("lines", ())) >= data.LINES,
        **shown,
    )


def _back(reached: float | None, lines: list[data.Line]) -> float:
    """Return before what the next page back lies."""
    if reached is not None:
        return reached
    return lines[0].at if lines else 0.0


@router.get("/projects/{project}/environments/{environment}/logs/events")
def follow(
    request: Request,
    service: Services,
    environment: Environment,
    chosen: Choosing,
    after: Moment = None,
    last_event_id: Annotated[str, Header(max_length=40)] = "",
) -> StreamingResponse:
    """Send new lines as they are written; a browser that comes back gets what it missed."""
    world = service.observatory
    query = replace(chosen.query(environment, world.clock.now()), since=None, until=None)
    seen = number(last_event_id)
    return StreamingResponse(
        SEATS.taken(_followed(request, service, query, after if seen is None else seen)),
        media_type=EVENT_STREAM,
    )


async def _followed(
    request: Request, service: Services, query: LogQuery, after: float | None
) -> AsyncIterator[str]:
    lines: queue.Queue[LogEntry] = queue.Queue(maxsize=WAITING_MAX)
    words = words_of(request.scope)
    gone = threading.Event()

    def listen() -> None:
        for entry in follow_lines(service.observatory, query, gone.is_set, after=after):
            if entry is None:
                continue
            try:
                lines.put(entry, timeout=5)
            except queue.Full:  # the reader is too slow: it may load the page again
                gone.set()

    threading.Thread(target=listen, daemon=True, name="web-logs").start()
    until = time.monotonic() + FOLLOW_S
    quiet = 0
    try:
        while time.monotonic() < until and not gone.is_set():
            fresh = [lines.get_nowait() for _ in range(min(lines.qsize(), AT_ONCE_MAX))]
            if fresh:
                text = render(
                    request.scope, "_log_lines.html", lines=[data.line(one, words) for one in fresh]
                )
                yield event("lines", text, seen=fresh[-1].at)
            quiet = 0 if fresh else quiet + 1
            if quiet % 50 == 49:
                yield ": still here\n\n"
            await asyncio.sleep(TICK_S)
    finally:
        gone.set()
