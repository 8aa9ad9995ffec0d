"""What a service's instances say: the last lines, searched, and followed live."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from shipway.api.routes.common import Environment, Services
from shipway.errors import Problem
from shipway.model.names import EnvironmentId
from shipway.model.workload import Instance, LogLine
from shipway.web.events import EVENT_STREAM, Seats, event
from shipway.web.pages.common import Known, chosen_environment, environments_of
from shipway.web.render import page, render

router = APIRouter()

LINES = 300
SEARCHED = 5000
FOLLOW_S = 3600.0
TICK_S = 0.3
SEATS = Seats(20)

ServiceName = Annotated[str | None, Query(max_length=63)]
Text = Annotated[str, Query(max_length=200)]


@router.get("/projects/{project}/logs")
def logs(
    request: Request,
    service: Services,
    project: Known,
    environment: str | None = None,
    name: ServiceName = None,
    text: Text = "",
) -> Response:
    """Show the last lines that hold a text."""
    chosen = chosen_environment(service, project.name, environment)
    problem: Problem | None = None
    lines: list[LogLine] = []
    names: list[str] = []
    if chosen is not None:
        try:
            found = service.instances(chosen, None, None)
            names = sorted({item.service for item in found})
            wanted = [item for item in found if name in {None, "", item.service}]
            lines = _last(service, wanted, text)
        except Problem as error:
            problem = error
    return page(
        request.scope,
        "logs.html",
        project=project.name,
        area="logs",
        environments=environments_of(service, project.name),
        environment=chosen,
        names=names,
        name=name or "",
        text=text,
        lines=lines,
        problem=problem,
    )


def _last(service: Services, instances: list[Instance], text: str) -> list[LogLine]:
    found: list[LogLine] = []
    needle = text.casefold()
    for instance in instances:
        tail = SEARCHED if needle else LINES
        lines = service.logs(instance, follow=False, tail=tail, cancelled=lambda: False)
        found += [line for line in lines if needle in line.text.casefold()]
    found.sort(key=lambda line: line.at or 0)
    return found[-LINES:]


@router.get("/projects/{project}/environments/{environment}/logs/events")  # noqa: FAST003 - read by a dependency
def follow(
    request: Request,
    service: Services,
    environment: Environment,
    name: ServiceName = None,
    text: Text = "",
) -> StreamingResponse:
    """Send new lines as they are written."""
    return StreamingResponse(
        SEATS.taken(_followed(request, service, environment, name or None, text)),
        media_type=EVENT_STREAM,
    )


async def _followed(
    request: Request,
    service: Services,
    environment: EnvironmentId,
    name: str | None,
    text: str,
) -> AsyncIterator[str]:
    lines: queue.Queue[LogLine] = queue.Queue(maxsize=2000)
    gone = threading.Event()
    needle = text.casefold()

    def one(instance: Instance) -> None:
        try:
            for line in service.logs(instance, follow=True, tail=0, cancelled=gone.is_set):
                if needle in line.text.casefold():
                    lines.put(line, timeout=5)
        except (Problem, queue.Full):  # the instance has gone, or the reader is too slow
            return

    for instance in service.instances(environment, name, None):
        threading.Thread(target=one, args=(instance,), daemon=True, name="web-logs").start()
    until = time.monotonic() + FOLLOW_S
    quiet = 0
    try:
        while time.monotonic() < until:
            fresh = [lines.get_nowait() for _ in range(min(lines.qsize(), 500))]
            if fresh:
                yield event("lines", render(request.scope, "_log_lines.html", lines=fresh))
            quiet = 0 if fresh else quiet + 1
            if quiet % 50 == 49:
                yield ": still here\n\n"
            await asyncio.sleep(TICK_S)
    finally:
        gone.set()
