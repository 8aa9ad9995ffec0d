"""Rollouts: the latest ones, and one of them live."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Header, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from shipway.api.late import Routes
from shipway.api.routes.common import Services, Who
from shipway.web.events import EVENT_STREAM, Seats, event, number
from shipway.web.page_data.rollouts import progress_of
from shipway.web.pages.common import Known, go
from shipway.web.render import page, render

router = Routes()

Identifier = Annotated[int, Path(ge=1, le=2**53)]

TICK_S = 0.4
FOLLOW_S = 3600.0
SHOWN, SHOWN_MAX = 50, 500
LOOKED_AT = 2000
"""Of all projects: those of one are chosen from them."""
SEATS = Seats(40)


@router.get("/projects/{project}/rollouts")
def rollouts(
    request: Request,
    service: Services,
    project: Known,
    limit: Annotated[int, Query(ge=1, le=SHOWN_MAX)] = SHOWN,
) -> Response:
    """Show the latest ones."""
    found = [
        item
        for item in service.world.store.rollouts.recent(limit=LOOKED_AT)
        if item.environment.project == project.name
    ]
    return page(
        request.scope,
        "rollouts.html",
        project=project.name,
        area="rollouts",
        rollouts=found[:limit],
        limit=limit,
        more=len(found) > limit and min(limit * 5, SHOWN_MAX),
    )


@router.get("/rollouts/{identifier}")
def rollout(request: Request, service: Services, identifier: Identifier) -> Response:
    """Show one, step by step; it moves while it runs."""
    progress = progress_of(service, identifier)
    return page(
        request.scope,
        "rollout.html",
        project=progress.rollout.environment.project,
        area="rollouts",
        progress=progress,
    )


@router.get("/rollouts/{identifier}/events")
def events(
    request: Request,
    service: Services,
    identifier: Identifier,
    after: int = 0,
    last_event_id: Annotated[str, Header(max_length=40)] = "",
) -> StreamingResponse:
    """Send the steps whenever they change, until the rollout has ended.

    A browser that comes back gets the lines that it missed, and none twice.
    """
    service.world.store.rollouts.get(identifier)
    seen = max(after, number(last_event_id) or 0)
    return StreamingResponse(
        SEATS.taken(_changes(request, service, identifier, seen)), media_type=EVENT_STREAM
    )


async def _changes(
    request: Request, service: Services, identifier: int, after: float
) -> AsyncIterator[str]:
    until = time.monotonic() + FOLLOW_S
    shown: tuple[object, ...] = ()
    while time.monotonic() < until:
        progress = await run_in_threadpool(progress_of, service, identifier)
        now = (progress.last, progress.rollout.state)
        if now != shown:
            shown = now
            steps = await run_in_threadpool(
                render, request.scope, "_rollout_steps.html", progress=progress
            )
            yield event("steps", steps)
            fresh = [line for line in progress.output if line.seq > after]
            if fresh:
                after = fresh[-1].seq
                text = render(request.scope, "_output.html", lines=fresh)
                yield event("output", text, seen=after)
        if not progress.rollout.state.active:
            yield event("end", "")
            return
        await asyncio.sleep(TICK_S)


@router.post("/rollouts/{identifier}/abort")
def abort(service: Services, who: Who, identifier: Identifier) -> Response:
    """Ask it to stop and unwind."""
    service.conductor.abort(identifier, who)
    return go(f"/rollouts/{identifier}")


@router.post("/rollouts/{identifier}/resume")
def resume(service: Services, who: Who, identifier: Identifier) -> Response:
    """Try a stuck one again."""
    service.conductor.resume(identifier, who)
    return go(f"/rollouts/{identifier}")
