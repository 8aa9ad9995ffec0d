"""What the routes share: who asks, what is asked of, and streams of JSON lines."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.responses import StreamingResponse

from shipway.api.access.gate import PRINCIPAL
from shipway.api.service import Service
from shipway.errors import Problem
from shipway.model.access import Principal
from shipway.model.names import ENVIRONMENT_PATTERN, PROJECT_PATTERN, EnvironmentId
from shipway.ports_store import AuditPort

NDJSON = "application/x-ndjson"


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _principal(request: Request) -> Principal:
    principal: Principal | None = request.scope.get(PRINCIPAL)
    if principal is None:
        raise Problem("sign-in-needed", "this needs a person who is signed in.")
    return principal


def _who(principal: Annotated[Principal, Depends(_principal)]) -> str:
    return principal.name


def _environment(
    project: Annotated[str, Path(pattern=f"^{PROJECT_PATTERN}$")],
    environment: Annotated[str, Path(pattern=f"^{ENVIRONMENT_PATTERN}$")],
) -> EnvironmentId:
    return EnvironmentId(project, environment)


Asker = Annotated[Principal, Depends(_principal)]
Services = Annotated[Service, Depends(_service)]
Who = Annotated[str, Depends(_who)]
Environment = Annotated[EnvironmentId, Depends(_environment)]


def json_lines(values: Iterator[Any]) -> StreamingResponse:
    """Return a stream of JSON lines; a Problem in mid-stream becomes its last line."""

    def lines() -> Iterator[str]:
        try:
            for value in values:
                yield json.dumps(value) + "\n"
        except Problem as problem:
            yield json.dumps({"problem": problem.as_dict()}) + "\n"

    return StreamingResponse(lines(), media_type=NDJSON)


@contextmanager
def recorded(audit: AuditPort, who: str, action: str, environment: EnvironmentId) -> Iterator[None]:
    """Keep in the audit trail that what is inside was done, or why it was refused."""
    try:
        yield
    except Problem as problem:
        details = {"problem": problem.message}
        audit.add(who, f"{action}-refused", environment, details=details)
        raise
    audit.add(who, action, environment)


def gathered(
    work: Callable[[Callable[[Any], None], Callable[[], bool]], None],
) -> Iterator[Any]:
    """Yield what `work(put, cancelled)` puts, while it runs in a thread of its own.

    A Problem that it raises is raised here.  When the reader goes away, `cancelled` says so.
    A None is yielded every second in which nothing comes, to notice a reader that left.
    """
    items: queue.Queue[tuple[str, Any]] = queue.Queue(maxsize=1000)
    gone = threading.Event()

    def put(value: Any) -> None:
        while not gone.is_set():
            try:
                items.put(("value", value), timeout=0.5)
            except queue.Full:
                continue
            return

    def act() -> None:
        ended: tuple[str, Any] = ("end", None)
        try:
            work(put, gone.is_set)
        except Problem as problem:
            ended = ("problem", problem)
        finally:
            while not gone.is_set():
                try:
                    items.put(ended, timeout=0.5)
                    break
                except queue.Full:
                    continue

    threading.Thread(target=act, name="stream", daemon=True).start()
    try:
        while True:
            try:
                kind, value = items.get(timeout=1.0)
            except queue.Empty:
                yield None
                continue
            if kind == "end":
                return
            if kind == "problem":
                raise value
            yield value
    finally:
        gone.set()
