"""The engine's list of Shipway's containers, asked again only when something has happened.

Listing costs the engine milliseconds, and a daemon looks many times a minute.  A stream of
events tells when a container has changed: while it is open, the last list holds until an event
comes or this process has asked for a change itself; while it is not, every look asks.
Invariant: whoever has changed something sees it in the next list.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from shipway.engines.docker import names
from shipway.engines.docker.transport import Transport
from shipway.errors import Problem

Summary = Mapping[str, Any]

log = logging.getLogger("shipway.docker")

_AGE_S = 60.0
_AGAIN_S = 5.0
_CONTAINER = (
    "create", "start", "restart", "die", "stop", "kill", "oom", "destroy", "rename", "pause",
    "unpause", "update", "health_status",
)  # fmt: skip
_NETWORK = ("connect", "disconnect")
"""Not among them: what a health check does each time it is asked."""

Mark = tuple[int, int]


class Listing:
    """Lists; safe in several threads.  listens: whether to hear the engine's events."""

    def __init__(self, transport: Transport, *, listens: bool = False) -> None:
        self._transport = transport
        self._listens = listens and transport.endpoint.local
        self._lock = threading.Lock()
        self._hears = False
        self._heard = 0
        self._known: tuple[Mark, float, list[Summary]] | None = None
        self._began_at = -_AGAIN_S

    def summaries(self, labels: Mapping[str, str]) -> list[Summary]:
        """Return the list entries of all containers, running or not, with these labels."""
        if not self._listens:
            return self._ask(names.selector(labels) if labels else _OURS)
        wanted = labels.items()
        return [one for one in self._all() if wanted <= (one.get("Labels") or {}).items()]

    def _all(self) -> list[Summary]:
        self._ensure_listening()
        mark, known, now = self._mark(), self._known, time.monotonic()
        if known is not None and known[0] == mark and self._hears and now - known[1] < _AGE_S:
            return known[2]
        hears = self._hears
        found = self._ask(_OURS)
        if hears:  # since before it was asked
            self._known = (mark, now, found)
        return found

    def _ask(self, filters: Mapping[str, Any]) -> list[Summary]:
        found: list[Summary] = self._transport.get("/containers/json", all=True, filters=filters)
        return found

    def _mark(self) -> Mark:
        return self._transport.changes, self._heard

    def _ensure_listening(self) -> None:
        with self._lock:
            now = time.monotonic()
            if self._hears or now - self._began_at < _AGAIN_S:
                return
            self._began_at = now
        threading.Thread(target=self._listen, name="docker-events", daemon=True).start()

    def _listen(self) -> None:
        filters = {"type": ["container", "network"], "event": [*_CONTAINER, *_NETWORK]}
        # the engine may begin to listen for us a moment after it has answered
        query = {"filters": filters, "since": f"{time.time():.6f}"}
        try:
            with self._transport.stream("GET", "/events", query=query) as stream:
                self._hears = True
                for _events in stream.chunks():
                    self._heard += 1
        except Problem as problem:
            log.info("%s", problem.message)
        finally:
            self._hears = False
            self._heard += 1


_OURS = {"label": [names.ENVIRONMENT]}
